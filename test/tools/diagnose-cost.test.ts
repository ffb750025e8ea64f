/** The cost of a diagnosis in its own process. test/unit/diagnose/budget.test.ts tests what it counts. */

import { describe, expect, it } from 'vitest'
import { pipe } from './breakers.js'

const MIB = 1_048_576
const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth)
const ones = (size: number) => `1${',1'.repeat(size / 2)}`

const BODIES: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['100 kB in 890 levels', nested(890, ones(98_000))],
  ['560 kB in 898 levels', nested(898, ones(558_000))],
  ['1 MiB of brackets', nested(MIB / 2, '')],
  ['1 MiB of quotes', `"${'\\"'.repeat(MIB / 2 - 1)}"`],
  ['1 MiB of a letter that is not ASCII', `"${'ü'.repeat(MIB / 2 - 1)}"`],
  ['1 MiB of emoji', `"${'😀'.repeat(MIB / 4 - 1)}"`],
  ['1 MiB of numbers', `[${ones(MIB - 4)}]`],
  ['240 kB of numbers that Python spells longer', `[1e15${',1e15'.repeat(49_000)}]`],
  ['1 MiB of newlines', '\n'.repeat(MIB)],
  ['1 MiB of Windows newlines', '\r\n'.repeat(MIB / 2)],
  ['1 MiB that is not UTF-8', new Uint8Array(MIB).fill(0xff)],
]

interface Cost {
  readonly ratio: number
  readonly megabytes: number
}

function costOf(body: string | Uint8Array, ...args: string[]): Cost {
  const program = `${import.meta.dirname}/programs/diagnose-cost.mjs`
  return JSON.parse(pipe(Buffer.from(body), process.execPath, program, ...args).toString()) as Cost
}

describe('a diagnosis of a hostile delivery', () => {
  it.each(BODIES)('takes a bounded time and little memory: %s', (_, body) => {
    const { ratio, megabytes } = costOf(body)
    // Usually 1 to 3. Without a budget, up to 400.
    expect(ratio).toBeLessThan(12)
    // 32 MB, and as much again for what the garbage collector has not freed yet.
    expect(megabytes).toBeLessThan(64)
  })

  it.each(['a,', 'a=', ' ', '='])('takes little time for 64 kB of %j in a header', (piece) => {
    const { ratio } = costOf('{"a":1}', `a${piece.repeat(65_536 / piece.length)}b`)
    expect(ratio).toBeLessThan(3)
  })
})
