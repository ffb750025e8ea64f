/** Valid deliveries and changed ones. */

import { createHmac } from 'node:crypto'
import type { Random } from '../support/random.js'

/** Arguments for the library. TypeScript would reject some of them. */
export interface Input {
  readonly body: unknown
  readonly headers: unknown
  readonly secret: unknown
  readonly options: unknown
}

/** The clock of all deliveries, in milliseconds. */
export const NOW = 1_773_844_320_000

const SECRETS = ['whsec_YWJj', '0123456789abcdef0123456789abcdef', 'ß', 'whsec_\ud83d\ude00']

/** Creates an input. One in three is valid; the others are changed in one place or several. */
export function makeInput(random: Random): Input {
  const secret = random.of(SECRETS)
  const body = makeBody(random)
  const timestamp = makeTimestamp(random)
  const signature = sign(secret, timestamp, body)
  let headers: unknown = makeHeaders(random, timestamp, signature)
  const input = {
    body: makeRaw(random, body),
    headers,
    secret: makeSecrets(random, secret),
    options: makeOptions(random),
  }
  if (random.onceIn(3)) return input

  const changes = 1 + random.below(2)
  let changed: Input = input
  for (let count = 0; count < changes; count++) {
    switch (random.below(5)) {
      case 0:
        changed = { ...changed, body: random.of([() => breakBody(random, body), () => oddValue(random)])() }
        break
      case 1:
        headers = makeHeaders(random, breakTimestamp(random, timestamp), signature)
        changed = { ...changed, headers }
        break
      case 2:
        headers = makeHeaders(random, timestamp, breakSignature(random, signature))
        changed = { ...changed, headers }
        break
      case 3:
        changed = {
          ...changed,
          secret: random.of([() => breakSecret(random, secret), () => oddValue(random)])(),
        }
        break
      case 4:
        changed = random.onceIn(2)
          ? { ...changed, options: breakOptions(random) }
          : { ...changed, headers: breakHeaders(random, timestamp, signature) }
    }
  }
  return changed
}

function sign(secret: string, timestamp: string, body: Uint8Array): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
}

const encoder = new TextEncoder()

function makeBody(random: Random): Uint8Array<ArrayBuffer> {
  return random.of([
    () => encoder.encode(JSON.stringify(makeEnvelope(random))),
    () => encoder.encode(JSON.stringify(makeEnvelope(random))),
    () => encoder.encode(`\ufeff${JSON.stringify(makeEnvelope(random), null, random.below(3))}`),
    () => encoder.encode(JSON.stringify(makeValue(random, 0))),
    () => encoder.encode(random.text(random.below(60))),
    () => random.bytes(random.below(60)),
    () =>
      encoder.encode(
        '{"__proto__":{"polluted":1},"event":"call.ended","timestamp":1,"data":{"__proto__":{"polluted":1}}}',
      ),
  ])()
}

function makeEnvelope(random: Random): unknown {
  const envelope: Record<string, unknown> = {
    event: random.of(['call.ended', 'call.completed', 'batch.completed', 'x.y', '', 5]),
    timestamp: random.of(['2026-03-18T14:32:00Z', 1773844320, null, {}]),
    data: random.of([
      {},
      { call: { callId: 'c1' } },
      { batch_id: 5 },
      [],
      null,
      'text',
      makeValue(random, 0),
    ]),
    ...(random.onceIn(2) && { id: random.of(['evt_1', 5, 1e300, null, {}, '']) }),
  }
  if (random.onceIn(6)) delete envelope[random.of(['event', 'timestamp', 'data'])]
  return envelope
}

function makeValue(random: Random, depth: number): unknown {
  const leaves: (() => unknown)[] = [
    () => random.text(random.below(8)),
    () => random.of([0, -0, 1.5, 1e300, -1e-300, 2 ** 53]),
    () => random.of([true, false, null]),
  ]
  if (depth > 3) return random.of(leaves)()
  const item = () => makeValue(random, depth + 1)
  return random.of([
    ...leaves,
    () => Array.from({ length: random.below(4) }, item),
    () =>
      Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [random.text(random.below(5)), item()]),
      ),
  ])()
}

/** The same bytes as frameworks pass them. */
function makeRaw(random: Random, bytes: Uint8Array<ArrayBuffer>): unknown {
  return random.of([
    () => bytes,
    () => Buffer.from(bytes),
    () => bytes.slice().buffer,
    () => Buffer.concat([Buffer.alloc(3), bytes]).subarray(3),
    () => {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
      return Buffer.from(text).equals(bytes) ? text : bytes
    },
  ])()
}

function breakBody(random: Random, bytes: Uint8Array): unknown {
  const changed = Buffer.from(bytes)
  if (changed.length === 0) return 'x'
  const at = random.below(changed.length)
  return random.of([
    () => {
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
      return changed
    },
    () => changed.subarray(0, at),
    () => Buffer.concat([changed, random.bytes(1)]),
    () => changed.toString('latin1'),
    () => changed.toString('base64'),
  ])()
}

function makeTimestamp(random: Random): string {
  const seconds = Math.floor(NOW / 1000) + random.below(601) - 300
  const date = new Date(seconds * 1000)
  return random.of([
    () => String(seconds),
    () => String(seconds),
    () => date.toISOString(),
    () => date.toISOString().replace('.000Z', 'Z'),
    () => date.toISOString().replace('Z', '123+00:00'),
    () => date.toISOString().replace('Z', ''),
    () => new Date(date.getTime() + 7_200_000).toISOString().replace('.000Z', '+02:00'),
  ])()
}

function breakTimestamp(random: Random, timestamp: string): unknown {
  const seconds = Math.floor(NOW / 1000)
  return random.of([
    () => String(seconds - 301 - random.below(1e6)),
    () => String(seconds + 301 + random.below(1e6)),
    () => `${timestamp} `,
    () => `${timestamp}.0`,
    () => timestamp.replace('1', '١'),
    () =>
      random.of([
        '',
        '0',
        '1e9',
        '0x69BA',
        '-1',
        '+1',
        'NaN',
        'Infinity',
        '99999999999',
        '999999999999',
        'now',
      ]),
    () =>
      random.of(['2026-02-30T00:00:00Z', '2026-03-18T25:00:00Z', '2026-03-18', '2026-03-18T14:32:00+0000']),
    () => random.text(random.below(20)),
    () => '1'.repeat(random.below(2000)),
    () => [timestamp],
    () => [timestamp, timestamp],
    () => oddValue(random),
  ])()
}

function breakSignature(random: Random, signature: string): unknown {
  const at = random.below(64)
  return random.of([
    () => signature.slice(0, at) + random.of([...'0123456789abcdef']) + signature.slice(at + 1),
    () => signature.toUpperCase(),
    () => signature.slice(0, at),
    () => `${signature}0`,
    () => `sha256=${signature}`,
    () => signature.slice(0, at) + random.of([...'gGxZ \0é١`@/:']) + signature.slice(at + 1),
    () => Buffer.from(signature, 'hex').toString('base64'),
    () => `${signature}, ${signature}`,
    () => [signature, signature],
    () => '',
    () => random.text(64),
    () => oddValue(random),
  ])()
}

/** Headers as frameworks pass them. */
function makeHeaders(random: Random, timestamp: unknown, signature: unknown): unknown {
  const [timestampName, signatureName] = random.of([
    ['x-truedy-timestamp', 'x-truedy-signature'],
    ['X-Truedy-Timestamp', 'X-TRUEDY-SIGNATURE'],
    ['x-trudy-timestamp', 'X-Trudy-Signature'],
  ] as const)
  const record = {
    host: 'example.com',
    [timestampName]: timestamp,
    [signatureName]: signature,
    accept: '*/*',
  }
  if (typeof timestamp !== 'string' || typeof signature !== 'string' || random.onceIn(2)) return record
  try {
    return new Headers({ [timestampName]: timestamp, [signatureName]: signature })
  } catch {
    // Values that no header can have.
    return record
  }
}

function breakHeaders(random: Random, timestamp: string, signature: string): unknown {
  const record = { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature }
  return random.of([
    () => ({ ...record, 'X-Truedy-Signature': signature }),
    () => ({ 'x-truedy-timestamp': timestamp }),
    () => ({ 'x-truedy-signature': signature }),
    () => ({ 'x-truedy-timestamp': timestamp, 'x-trudy-signature': signature }),
    () => Object.entries(record),
    () => new Map(Object.entries(record)),
    () => Object.create(record),
    () => {
      const values = [0, 1].map(() => random.of([null, undefined, 5, timestamp, signature]))
      return { get: (name: string) => values[name.length % 2] }
    },
    () => ({
      get: () => {
        throw new Error('a header that throws')
      },
    }),
    () => ({ ...record, get: 'a header of this name' }),
    () => new Proxy(record, { ownKeys: () => ['x-truedy-timestamp', 'x-truedy-signature'] }),
    () => oddValue(random),
  ])()
}

function makeSecrets(random: Random, secret: string): unknown {
  return random.of([
    () => secret,
    () => secret,
    () => [secret],
    () => [random.of(SECRETS), secret],
    () => [...SECRETS, 'whsec_more'],
  ])()
}

function breakSecret(random: Random, secret: string): unknown {
  return random.of<unknown>([
    `${secret}x`,
    secret.slice(1),
    '',
    ' ',
    `${secret}\n`,
    ` ${secret}`,
    [],
    [secret, ''],
    [secret, undefined],
    // A hole in the array.
    Object.assign(new Array(2), { 0: secret }),
    new Array(11).fill(secret),
    [[secret]],
  ])
}

function makeOptions(random: Random): unknown {
  const now = () => NOW
  return random.of([
    { now },
    { now },
    { now, toleranceSeconds: 300 },
    { now, toleranceSeconds: 1e9 },
    { now, toleranceSeconds: 0.001 },
    { now, headerNames: { timestamp: 'x-trudy-timestamp', signature: 'X-TRUDY-signature' } },
    { now, headerNames: undefined, toleranceSeconds: undefined },
  ])
}

function breakOptions(random: Random): unknown {
  const now = () => NOW
  // The choice is made once, so that an input gives everyone the same value.
  const time = random.of([Number.NaN, undefined, 'now', {}, Number.POSITIVE_INFINITY])
  return random.of<unknown>([
    { now, toleranceSeconds: random.of([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '300', null, {}]) },
    { now: random.of([NOW, null, 'now', {}]) },
    { now: () => time },
    {
      now: () => {
        throw new Error('a clock that throws')
      },
    },
    { now, headerNames: random.of([null, {}, { timestamp: '' }, { timestamp: 5, signature: 5 }, 'x']) },
    null,
    5,
    oddValue(random),
  ])
}

/** Values of all kinds that nobody means to pass. */
function oddValue(random: Random): unknown {
  return random.of<() => unknown>([
    () => undefined,
    () => null,
    () => random.of([0, -1, Number.NaN, 1n, true]),
    () => Symbol('odd'),
    () => () => 'text',
    () => ({}),
    () => [],
    () => new Date(0),
    () => /x/,
    () => new Uint16Array([1, 2]),
    () => new DataView(new ArrayBuffer(2)),
    () => Promise.resolve('text'),
    () => ({ toString: () => 'text', length: 64 }),
    () => Object.create(null),
    () =>
      new Proxy(
        {},
        {
          get() {
            throw new Error('a trap')
          },
        },
      ),
    () => random.text(random.below(30)),
  ])()
}
