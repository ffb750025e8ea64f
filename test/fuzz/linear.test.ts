/** The time grows at most linearly with the size, even for input that is made to be slow. */

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { dedupeKey, parseEvent, verifySignature } from '../../dist/index.js'
import { verifyAndParseSync } from '../../dist/node.js'

const SECRET = 'whsec_linear'
const SMALL = 20_000
const FACTOR = 16

const envelope = (data: string) => `{"event":"x.y","timestamp":1,"data":${data}}`
const repeat = (piece: (index: number) => string, size: number) => {
  const pieces: string[] = []
  let length = 0
  for (let index = 0; length < size; index++) {
    const next = piece(index)
    pieces.push(next)
    length += next.length + 1
  }
  return pieces
}

/** Bodies that are made to be slow, by their size. */
const BODIES: Readonly<Record<string, (size: number) => string>> = {
  'depth of arrays': (size) => envelope(`{"a":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`),
  'depth of objects': (size) => envelope(`${'{"a":'.repeat(size / 6)}1${'}'.repeat(size / 6)}`),
  'one long key': (size) => envelope(`{"${'k'.repeat(size)}":1}`),
  'many keys': (size) => envelope(`{${repeat((index) => `"key${index}":1`, size)}}`),
  'many keys of one hash': (size) => envelope(`{${repeat((index) => `"${index}":1`, size)}}`),
  'the same key, over and over': (size) => envelope(`{${repeat(() => '"k":1', size)}}`),
  '__proto__, over and over': (size) => envelope(`{"a":[${repeat(() => '{"__proto__":{}}', size)}]}`),
  'escapes that look like __proto__': (size) => envelope(`{"a":[${repeat(() => '"\\u005f_prot"', size)}]}`),
  'escapes that begin and do not end': (size) => envelope(`{"a":"${'\\u005\\u005'.repeat(size / 10)}`),
  'white space': (size) => envelope(`{${' \n\t'.repeat(size / 3)}}`),
  'a number without an end': (size) => envelope(`{"a":${'1'.repeat(size)}}`),
  'numbers beyond 2^53': (size) => envelope(`{"a":[${repeat(() => '12345678901234567890', size)}]}`),
  'a number of zeros': (size) => envelope(`{"a":0.${'0'.repeat(size)}1}`),
  'small numbers': (size) => envelope(`{"a":[${repeat(() => '1', size)}]}`),
  'small objects': (size) => envelope(`{"a":[${repeat(() => '{"b":1}', size)}]}`),
  'quotes in a text': (size) => envelope(`{"a":"${'\\"'.repeat(size / 2)}"}`),
  backslashes: (size) => envelope(`{"a":"${'\\\\'.repeat(size / 2)}"}`),
  'no JSON': (size) => '{'.repeat(size),
}

/** Headers that are made to be slow. */
const TEXTS: Readonly<Record<string, (size: number) => string>> = {
  digits: (size) => '1'.repeat(size),
  'zeros behind a point': (size) => `2026-03-18T14:32:00.${'0'.repeat(size)}`,
  'white space': (size) => ' '.repeat(size),
  'hexadecimal digits': (size) => 'a'.repeat(size),
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * The shortest of several times, in milliseconds of CPU time of this process, so that other processes neither count
 * nor delay it. They still affect its caches, hence the shortest time.
 */
function leastMs(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 9; round++) {
    const began = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(began)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

function expectLinear(run: (size: number) => () => unknown): void {
  const [small, large] = [leastMs(run(SMALL)), leastMs(run(SMALL * FACTOR))]
  // Quadratic work takes 256 times as long. Caches and garbage collection make linear work take a few times as long.
  // The floor keeps the noise of a few microseconds out of the ratio.
  expect(large / Math.max(small, 0.1)).toBeLessThan(FACTOR * 8)
}

describe('the time is linear in the size', () => {
  it.each(Object.entries(BODIES))('of a body: %s', (_, make) => {
    expectLinear((size) => {
      const body = Buffer.from(make(Math.floor(size)))
      const timestamp = String(Math.floor(Date.now() / 1000))
      const signature = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')
      const headers = { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature }
      return () => {
        try {
          verifyAndParseSync(body, headers, SECRET)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^invalid_/) })
        }
      }
    })
  })

  it.each(Object.entries(BODIES).filter(([, make]) => isJson(make(60))))(
    'of a key for an event: %s',
    (_, make) => {
      expectLinear((size) => {
        const event = parseEvent(make(Math.floor(size)))
        return () => dedupeKey(event)
      })
    },
  )

  it('of a key for an event whose id is searched for in the whole payload', () => {
    expectLinear((size) => {
      const data = `{"a":[${repeat((index) => `"x${index}"`, size)}]}`
      const event = parseEvent(`{"event":"x.y","timestamp":1,"id":"evt_1","data":${data}}`)
      return () => dedupeKey(event)
    })
  })

  it.each(Object.entries(TEXTS))('of headers: %s', (_, make) => {
    for (const name of ['x-truedy-timestamp', 'x-truedy-signature']) {
      expectLinear((size) => {
        const headers = { 'x-truedy-timestamp': '1', 'x-truedy-signature': 'a', [name]: make(size) }
        return () => void verifySignature('', headers, SECRET)
      })
    }
  })

  it('of many headers', () => {
    expectLinear((size) => {
      const headers = Object.fromEntries(
        repeat((index) => `x-header-${index}`, size).map((name) => [name, 'x']),
      )
      return () => void verifySignature('', headers, SECRET)
    })
  })

  it('of a long secret', () => {
    expectLinear((size) => {
      let count = 0
      const headers = { 'x-truedy-timestamp': '1', 'x-truedy-signature': 'a' }
      // The secret is new each time, because known ones are cached.
      return () => void verifySignature('', headers, `${count++}${' x'.repeat(size / 2)}`)
    })
  })
})
