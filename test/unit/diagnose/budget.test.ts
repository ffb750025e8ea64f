/**
 * The maximum cost of a diagnosis for any delivery. The tests count work instead of time, so that a busy machine
 * changes nothing.
 */

import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Budget, createBudget } from '../../../src/diagnose/budget.js'
import { diagnoseWithin } from '../../../src/diagnose/diagnose.js'

const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1lbmRwb2ludA'
const TIMESTAMP = '1773844320'
const MIB = 1_048_576
const FORGED = { 'x-truedy-timestamp': TIMESTAMP, 'x-truedy-signature': 'a'.repeat(64) }

const nested = (open: string, close: string, depth: number, inner = '') =>
  open.repeat(depth) + inner + close.repeat(depth)
const list = (item: string, size: number) =>
  `[${item}${`,${item}`.repeat(Math.floor(size / (item.length + 1)) - 1)}]`
const text = (piece: string, size: number) => `"${piece.repeat(Math.floor((size - 2) / piece.length))}"`
const keys = (size: number) =>
  `{${Array.from({ length: Math.floor(size / 13) }, (_, index) => `"${String(index).padStart(8, 'k')}":1`).join()}}`

const BODIES: Readonly<Record<string, string | Uint8Array>> = {
  'unclosed arrays': '['.repeat(MIB),
  'arrays that are too deep to be serialized': nested('[', ']', MIB / 2),
  '890 levels of arrays around 100 kB': nested('[', ']', 890, list('1', 98_000).slice(1, -1)),
  '898 levels of arrays around 560 kB': nested('[', ']', 898, list('1', 558_000).slice(1, -1)),
  '890 levels of arrays around a string of 1 MiB': nested('[', ']', 890, text('x', MIB - 2000)),
  '890 levels of objects': nested('{"a":', '}', 890, list('"x"', 180_000)),
  quotes: text('\\"', MIB),
  backslashes: text('\\\\', MIB),
  'escapes of control characters': text('\\u0001', MIB),
  'a repeated letter that is not ASCII': Buffer.from(text('ü', MIB / 2)),
  emoji: Buffer.from(text('😀', MIB / 2)),
  'many short strings': list('"ü"', MIB),
  'as many strings as are read': list('"\\u00fc 12345"', 600_000),
  'many numbers': list('1', MIB),
  'numbers that Python spells longer': list('1e15', 240_000),
  'one long number': '1'.repeat(MIB),
  'many keys': keys(MIB),
  'as many keys as are read': keys(300_000),
  'empty arrays': list('[]', MIB),
  'newlines only': '\n'.repeat(MIB),
  'Windows newlines only': '\r\n'.repeat(MIB / 2),
  'white space only': ' '.repeat(MIB),
  'base64 of zeros': 'A'.repeat(MIB),
  'UTF-8 twice': Buffer.from('Ã¼'.repeat(MIB / 4)),
  'bytes that are not UTF-8': new Uint8Array(MIB).fill(0xff),
  'UTF-16': Buffer.from(`\ufeff${'世'.repeat(MIB / 2 - 1)}`, 'utf16le'),
  'a gzip bomb': gzipSync(Buffer.alloc(64 * MIB)),
}

/** A clock on which every step takes more time than there is. */
const slowClock = (): (() => number) => {
  let time = 0
  return () => (time += 1000)
}

function expectBounded({ spent }: Budget): void {
  // The guaranteed limits plus one step: the largest form, or the largest message.
  expect(spent.hashed).toBeLessThan(72 * MIB)
  expect(spent.built).toBeLessThan(36 * MIB)
  expect(spent.values).toBeLessThan(1_000_000)
}

describe('a diagnosis has bounded costs', () => {
  it.each(Object.entries(BODIES))('for a body of %s', async (_, body) => {
    const budget = createBudget(slowClock())
    const { ok, causes } = await diagnoseWithin(budget, body, FORGED, SECRET)
    expect(ok).toBe(false)
    expect(causes).toEqual([expect.stringMatching(/^(unknown|body_compressed)$/)])
    expectBounded(budget)
  })

  it.each<[string, Record<string, string | string[]>]>([
    ...['a', 'a,', 'a=', 'a, ', ' ', '=', '-', ',', `${'a'.repeat(64)}, `].flatMap((piece) =>
      [16_384, 65_536].map((size): [string, Record<string, string>] => [
        `a signature of ${size} characters: ${JSON.stringify(piece)}`,
        { 'x-truedy-signature': `a${piece.repeat(size / piece.length)}b` },
      ]),
    ),
    ['a timestamp of digits', { 'x-truedy-timestamp': '1'.repeat(65_536) }],
    ['a timestamp of commas', { 'x-truedy-timestamp': `1${','.repeat(65_536)}` }],
    ['a timestamp with white space', { 'x-truedy-timestamp': `1${' '.repeat(65_536)}2` }],
    ['many values', { 'x-truedy-signature': Array.from({ length: 10_000 }, () => 'a'.repeat(64)) }],
  ])('for %s', async (_, changes) => {
    const budget = createBudget(slowClock())
    const { ok } = await diagnoseWithin(budget, '{"a":1}', { ...FORGED, ...changes }, SECRET)
    expect(ok).toBe(false)
    expectBounded(budget)
  })

  it('for a large body with many secrets', async () => {
    const budget = createBudget(slowClock())
    const otherSecrets = Array.from({ length: 100 }, (_, index) => `whsec_other_${index}`)
    await diagnoseWithin(budget, text('x', MIB), FORGED, SECRET, { otherSecrets })
    expectBounded(budget)
  })

  it('through the limit on its work even if the clock is stopped', async () => {
    const budget = createBudget(() => 0)
    const otherSecrets = Array.from({ length: 1000 }, (_, index) => `whsec_other_${index}`)
    await diagnoseWithin(budget, text('x', MIB), FORGED, SECRET, { otherSecrets })
    expect(budget.spent.hashed).toBeLessThan(520 * MIB)
    expect(budget.leftOut).toBeDefined()
  })
})

describe('createBudget', () => {
  it('allows 64 MiB at any time, and more for 70 ms', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const budget = createBudget()
    vi.advanceTimersByTime(1000)
    expect(budget.canHash(64 * MIB)).toBe(true)
    expect(budget.canHash(1)).toBe(true)
    expect(budget.canHash(1)).toBe(false)
    expect(budget.canBuild(1)).toBe(false)
    expect(budget.leftOut).toContain('too large to try everything')

    const late = createBudget()
    late.canHash(64 * MIB + 1)
    vi.advanceTimersByTime(70)
    expect(late.canHash(1)).toBe(true)
    expect(late.leftOut).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(late.canHash(1)).toBe(false)
  })

  it('never allows more than 512 MiB', () => {
    const budget = createBudget(() => 0)
    expect(budget.canHash(512 * MIB)).toBe(true)
    expect(budget.canHash(1)).toBe(true)
    expect(budget.canHash(1)).toBe(false)
  })

  it('counts a byte that is built twice, and a value as 96 bytes', () => {
    const budget = createBudget(slowClock())
    for (let count = 0; count < 8; count++) expect(budget.canBuild(4 * MIB)).toBe(true)
    expect(budget.canBuild(0, 1)).toBe(true)
    expect(budget.canBuild(0)).toBe(false)
    const other = createBudget(slowClock())
    expect(other.canBuild(0, (64 * MIB) / 96)).toBe(true)
    expect(other.canBuild(0, 1)).toBe(true)
    expect(other.canBuild(0)).toBe(false)
  })

  it('builds at most 4 MiB at once, and notes the first thing that it left out', () => {
    const budget = createBudget(() => 0)
    expect(budget.canBuild(4 * MIB)).toBe(true)
    expect(budget.canBuild(4 * MIB + 1)).toBe(false)
    expect(budget.spent.built).toBe(4 * MIB)
    budget.leaveOut('later')
    expect(budget.leftOut).toContain('larger than 4 MiB')
  })
})

describe('a diagnosis with a budget', () => {
  it.each([
    ['too much for the time', text('\\"', MIB), 'within the time limit'],
    ['too deep', nested('[', ']', 901), '900 levels'],
    ['too many values', list('1', 200_000), '50,000 values'],
    ['too large when indented', nested('[', ']', 890, list('1', 98_000).slice(1, -1)), '4 MiB'],
  ])('says what it left out: %s', async (_, body, reason) => {
    const budget = createBudget(slowClock())
    const { cause, explanation } = await diagnoseWithin(budget, body, FORGED, SECRET)
    expect(cause).toBe('unknown')
    expect(explanation).toContain('not everything was tried')
    expect(explanation).toContain(reason)
  })

  it('says what it left out: combinations of two mistakes in a large body', async () => {
    const budget = createBudget(() => 0)
    const lines = 'x\n'.repeat(MIB / 4)
    const { explanation } = await diagnoseWithin(budget, lines.repeat(2), FORGED, SECRET)
    expect(explanation).toContain('every mistake with it together with every mistake with the secret')
  })

  it.each([1000, 10_000, 100_000])(
    'leaves out nothing for a usual body of %i bytes, even on a slow machine',
    async (size) => {
      const turn = { role: 'agent', text: 'Grüße: “one sentence of a call”', startMs: 1.5, endMs: 2000 }
      const turns = Array.from({ length: Math.max(1, Math.floor(size / 100)) }, () => turn)
      const budget = createBudget(slowClock())
      const body = JSON.stringify({ event: 'call.ended', data: { turns } })
      const { explanation } = await diagnoseWithin(budget, body, FORGED, SECRET)
      expect(budget.leftOut).toBeUndefined()
      expect(explanation).not.toContain('not everything')
    },
  )

  it.each<[string, (body: string) => string, string]>([
    ['body_newline_added', (body) => `${body}\n`, SECRET],
    ['body_reserialized', (body) => body.replace(':', ': '), SECRET],
    ['secret_quoted', (body) => body, `"${SECRET}"`],
    ['secret_base64_decoded', (body) => body, Buffer.from(SECRET.slice(6), 'base64').toString()],
  ])('finds %s even in a body of 1 MiB', async (cause, change, secret) => {
    const body = `{"event":"call.ended","data":${text('x', MIB - 100)}}`
    const signature = createHmac('sha256', SECRET).update(`${TIMESTAMP}.${body}`).digest('hex')
    const headers = { 'x-truedy-timestamp': TIMESTAMP, 'x-truedy-signature': signature }
    const { causes } = await diagnoseWithin(createBudget(slowClock()), change(body), headers, secret)
    expect(causes).toEqual([cause])
  })
})

describe('a delivery whose dot was moved', () => {
  it.each([
    ['2026-03-18T14:32:00', '123+05:30'],
    ['2026-03-18T14:32:00', '123Z'],
    ['2026-03-18T14:32:00', '123'],
  ])('is not diagnosed as valid: %s and %s', async (time, rest) => {
    const body = '{"event":"call.ended"}'
    const signature = createHmac('sha256', SECRET).update(`${time}.${rest}.${body}`).digest('hex')
    const headers = { 'x-truedy-timestamp': time, 'x-truedy-signature': signature }
    const { ok, cause } = await diagnoseWithin(createBudget(), `${rest}.${body}`, headers, SECRET)
    expect({ ok, cause }).toEqual({ ok: false, cause: 'unknown' })
  })
})
