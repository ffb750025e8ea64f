import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Numbers, sendFor, type Tally } from './clients.js'

const SECRET = 'whsec_load'
const IS_FULL = process.env['FULL'] === '1'
const SECONDS = Number(process.env['LOAD_SECONDS'] ?? (IS_FULL ? 60 : 10))
/** After this time, memory is measured for the comparison. */
const WARM_UP_SECONDS = 10
/** The rate of the bare server is only printed. */
const BARE_SECONDS = IS_FULL ? 10 : 3
const MAX_EVENTS = 4_000_000

let receiver: ChildProcess
let ports: readonly [receiving: number, bare: number]
let hasCrashed = false

beforeAll(async () => {
  receiver = fork(join(import.meta.dirname, 'receiver.mjs'), [SECRET, String(MAX_EVENTS)], {
    execArgv: ['--expose-gc'],
  })
  receiver.once('exit', () => {
    hasCrashed = true
  })
  const [message] = await once(receiver, 'message')
  ports = message.ports
}, 60_000)
afterAll(() => {
  receiver.send('end')
})

async function ask<Answer>(question: string): Promise<Answer> {
  receiver.send(question)
  const [answer] = await once(receiver, 'message')
  return answer as Answer
}

const rate = ({ answers, seconds }: Tally) =>
  Object.values(answers).reduce((sum, count) => sum + count) / seconds

describe('a receiver under 200 connections with valid, duplicate, forged, oversized, endless and slow deliveries', () => {
  it(`processes each event once and keeps its memory for ${SECONDS} s`, {
    timeout: (SECONDS + 120) * 1000,
  }, async () => {
    const numbers: Numbers = { next: 0 }
    const [receiving, bare] = ports
    const bareTally = await sendFor(BARE_SECONDS, bare, SECRET, { next: 0 }, true)
    const warm = await sendFor(WARM_UP_SECONDS, receiving, SECRET, numbers)
    const before = await ask<{ bytes: number }>('memory')
    const tally = await sendFor(SECONDS, receiving, SECRET, numbers)
    const after = await ask<{ bytes: number }>('memory')
    const counts = await ask<{ once: number; more: number; processed: number }>('counts')

    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
    console.log(
      [
        `answers in ${tally.seconds.toFixed(0)} s: ${JSON.stringify(tally.answers)}`,
        `${rate(tally).toFixed(0)} answers a second; a bare server that only reads the body: ${rate(bareTally).toFixed(0)}`,
        `memory after GC: ${megabytes(before.bytes)} MB after ${WARM_UP_SECONDS} s, ${megabytes(after.bytes)} MB at the end`,
        `${counts.once.toLocaleString('en')} events processed once, ${counts.more} more often`,
      ].join('\n'),
    )
    expect(hasCrashed).toBe(false)
    expect({ ...warm.wrong, ...tally.wrong }).toEqual({})
    expect(counts).toMatchObject({ once: numbers.next, more: 0, processed: numbers.next })
    expect(after.bytes / before.bytes).toBeLessThan(1.1)
  })
})
