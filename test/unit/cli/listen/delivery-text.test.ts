/** How `listen` shows a delivery and the response of the app, line by line. */

import { describe, expect, it } from 'vitest'
import { createAppText } from '../../../../src/cli/listen/app-text.js'
import { deliveryLines } from '../../../../src/cli/listen/delivery-text.js'
import type { ListenedDelivery } from '../../../../src/cli/listen/listened-delivery.js'
import { paintFor } from '../../../../src/cli/terminal/paint.js'
import { createProbe } from '../../../../src/testing/reserialization.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

const plain = paintFor(testSurroundings())
const colored = paintFor(testSurroundings({ isTerminal: true }))

const VALID: ListenedDelivery = {
  number: 1,
  receivedAt: new Date(2026, 2, 18, 14, 32, 5).getTime(),
  method: 'POST',
  path: '/',
  rawHeaders: [],
  body: Buffer.from('{}'),
  bytes: 1234,
  isWhole: true,
  status: 204,
  outcome: 'processed',
  durationMs: 3.21,
  event: 'call.ended',
  type: 'call.ended',
  key: 'call.ended:call:c1',
  isValid: true,
}
const REJECTED: ListenedDelivery = {
  ...VALID,
  status: 401,
  outcome: 'rejected',
  code: 'signature_mismatch',
  isValid: false,
}
const OLD: ListenedDelivery = { ...REJECTED, code: 'timestamp_too_old', isValid: true }

const responding = (status: number, body = '', more: { readonly error?: string } = {}) => ({
  result: { kind: 'response', status, sentAt: 0, ms: 12.34, ...more } as const,
  body,
  isWhole: true,
})
const silent = {
  result: { kind: 'no response', reason: 'nothing listens there.', sentAt: 0, ms: 1 } as const,
  body: 'x',
  isWhole: true,
}
const diagnosed = (...causes: readonly string[]) =>
  ({ ok: false, cause: causes[0], causes, explanation: '', fix: '' }) as unknown as NonNullable<
    ListenedDelivery['diagnosis']
  >

/** The lines about an app, without indentation, in a terminal so wide that none wraps. */
const linesFor = (...deliveries: readonly ListenedDelivery[]) => {
  const describeApp = createAppText(plain)
  return deliveries.map((delivery) => describeApp(delivery, 1000).map((line) => line.trim()))
}

describe('the lines about the app', () => {
  it('are none without an app', () => {
    expect(linesFor(VALID)).toEqual([[]])
  })

  it.each<[string, ListenedDelivery, (string | RegExp)[]]>([
    ['a 2xx', { ...VALID, app: responding(204) }, ['app    204 in 12 ms']],
    ['a 2xx with a body', { ...VALID, app: responding(200, '  a\n\n b ') }, ['app    200 in 12 ms: a b']],
    ['no response', { ...VALID, app: silent }, ['app    no response in 1.0 ms', 'Nothing listens there.']],
    [
      'a 404',
      { ...VALID, app: responding(404) },
      ['app    404 in 12 ms', 'Nothing is at this path. Check the URL.'],
    ],
    [
      'a rejection of a delivery that was rejected here, too',
      { ...REJECTED, app: responding(401) },
      ['app    401 in 12 ms'],
    ],
    [
      'no response to a delivery that was rejected',
      { ...REJECTED, app: silent },
      ['app    no response in 1.0 ms', 'Nothing listens there.'],
    ],
    [
      'a 2xx for a wrong signature',
      { ...REJECTED, app: responding(204) },
      [
        'app    204 in 12 ms',
        /^The app accepted a delivery that must be rejected\. .* pass the other one to listen as --other-secret\.$/,
      ],
    ],
    [
      'a 2xx for an old delivery',
      { ...OLD, app: responding(204) },
      [
        'app    204 in 12 ms',
        /^The app accepted a delivery that must be rejected\. .* before you process anything\.$/,
      ],
    ],
    [
      'a 2xx for another secret',
      { ...REJECTED, app: responding(204), diagnosis: diagnosed('other_secret') },
      ['app    204 in 12 ms', 'The app accepts that secret, too. This is right while you rotate the secret.'],
    ],
    [
      'a 2xx for another secret and a changed body',
      { ...REJECTED, app: responding(204), diagnosis: diagnosed('other_secret', 'body_reserialized') },
      ['app    204 in 12 ms', /^The app accepted a delivery that must be rejected/],
    ],
  ])('say of %s what it was, and what to do', (_, delivery, expected) => {
    const [lines = []] = linesFor(delivery)
    expect(lines).toHaveLength(expected.length)
    for (const [index, line] of expected.entries()) {
      if (typeof line === 'string') expect(lines[index]).toBe(line)
      else expect(lines[index]).toMatch(line)
    }
  })

  it('give each hint once', () => {
    const failing = { ...VALID, app: responding(404) }
    const found = linesFor(failing, failing, { ...VALID, app: responding(500) })
    expect(found.map(({ length }) => length)).toEqual([2, 1, 2])
  })

  it.each([
    [199, 199],
    [200, 200],
    [201, 201],
  ])('show of a body with %i characters at most 200', (length, shown) => {
    const [[line = ''] = []] = linesFor({ ...VALID, app: responding(200, 'x'.repeat(length)) })
    expect(line.match(/x+…?$/)?.[0]).toBe(`${'x'.repeat(Math.min(shown, 200))}${length > 200 ? '…' : ''}`)
  })

  it('name an app that accepts a probe, by the status with which it rejected the delivery before', async () => {
    const { body } = await createProbe(CLI_SECRET)
    const probe = { ...REJECTED, body: Buffer.from(body) }
    const isNamed = (rejection: number, probed: number) => {
      const [, lines = []] = linesFor(
        { ...VALID, app: responding(rejection) },
        { ...probe, app: responding(probed) },
      )
      return lines.some((line) => line.includes('re-serializes'))
    }
    expect(isNamed(401, 400)).toBe(true)
    expect(isNamed(400, 400)).toBe(false)
    expect(isNamed(400, 401)).toBe(false)
    // A 404 isn't a rejection, so a 401 still is one.
    expect(isNamed(404, 401)).toBe(false)
    expect(isNamed(404, 400)).toBe(true)
  })
})

describe('the row of a delivery', () => {
  const rowFor = (delivery: ListenedDelivery, columns = 80) =>
    deliveryLines(delivery, { paint: plain, columns, appLines: [] })[0]

  it.each<[string, ListenedDelivery, number, string]>([
    [
      'has time, status, verdict, name and id',
      VALID,
      80,
      '14:32:05  204  processed  call.ended                c1',
    ],
    [
      'has duration and size in a wide terminal',
      VALID,
      110,
      '14:32:05  204  processed  call.ended                  3.2 ms   1,234 B  c1',
    ],
    ['has none in a narrower one', VALID, 109, '14:32:05  204  processed  call.ended                c1'],
    [
      'has the code instead of a name',
      { ...REJECTED, event: undefined, key: undefined } as never,
      80,
      '14:32:05  401  rejected   signature_mismatch',
    ],
    [
      'has neither if the connection closed',
      { ...VALID, status: undefined, outcome: 'failed', event: undefined, key: undefined } as never,
      80,
      '14:32:05  ---  failed     connection closed',
    ],
    [
      'shortens a long name',
      { ...VALID, event: 'x'.repeat(30) },
      80,
      `14:32:05  204  processed  ${'x'.repeat(23)}…  c1`,
    ],
    ['leaves out an id for which there is no room', VALID, 59, '14:32:05  204  processed  call.ended'],
    [
      'has an id if there is room for eight columns',
      VALID,
      60,
      '14:32:05  204  processed  call.ended                c1',
    ],
  ])('%s', (_, delivery, columns, expected) => {
    expect(rowFor(delivery, columns)).toBe(expected)
  })

  it.each<[color: number, string, ListenedDelivery]>([
    [32, 'a processed delivery', VALID],
    [36, 'a duplicate', { ...VALID, outcome: 'duplicate' }],
    [33, 'a busy one', { ...VALID, outcome: 'busy', status: 503 }],
    [31, 'a rejected one', REJECTED],
    [31, 'a failed one', { ...VALID, outcome: 'failed' }],
    [32, 'one that the app acknowledged', { ...VALID, status: 200, app: responding(200) }],
    [
      32,
      'one that the app acknowledged with the highest 2xx',
      { ...VALID, status: 299, app: responding(299) },
    ],
    [31, 'one that the app redirected', { ...VALID, status: 300, app: responding(300) }],
    [31, 'one for which the app has an odd status', { ...VALID, status: 199, app: responding(199) }],
    [
      31,
      'a duplicate that the app failed',
      { ...VALID, outcome: 'duplicate', status: 500, app: responding(500) },
    ],
    [31, 'a rejected one that the app accepted', { ...REJECTED, status: 204, app: responding(204) }],
  ])('has the color %i for %s', (color, _, delivery) => {
    const [row = ''] = deliveryLines(delivery, { paint: colored, columns: 80, appLines: [] })
    expect(row).toContain(`\u001b[${color}m${delivery.status}\u001b[39m`)
  })
})
