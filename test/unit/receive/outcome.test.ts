/** The default log of a receiver: a line for what its owner must fix, and none for what a stranger can provoke. */

import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { type Outcome, parseEvent, WebhookError } from '../../../src/index.js'
import { connectionClosed } from '../../../src/read-body.js'
import { logOutcome } from '../../../src/receive/outcome.js'
import { sampleEvent } from '../../../src/testing/index.js'

const event = parseEvent(sampleEvent('call.ended'))
const known = { event, key: 'k', secretIndex: 0 }
const error = new Error('The CRM is down.')

/** Each kind of outcome, and whether it is logged as an error and, after 8 seconds, as slow. */
const OUTCOMES: readonly (readonly [string, object, isError: boolean, isSlow: boolean])[] = [
  ['processed', { status: 'processed', recorded: true, ...known }, false, true],
  [
    'processed, not recorded',
    { status: 'processed', recorded: false, recordError: error, ...known },
    true,
    true,
  ],
  ['queued', { status: 'queued', ...known }, false, true],
  ['failed', { status: 'failed', error, ...known }, true, true],
  ['failed before there was an event', { status: 'failed', error }, true, true],
  ['failed with no error at all', { status: 'failed', error: undefined }, true, true],
  [
    'failed because the client closed the connection',
    { status: 'failed', error: connectionClosed() },
    false,
    false,
  ],
  [
    'failed in a handler whose own connection closed',
    { status: 'failed', error: connectionClosed(), ...known },
    true,
    true,
  ],
  ['duplicate', { status: 'duplicate', ...known }, false, false],
  ['busy', { status: 'busy', ...known }, false, false],
  ['rejected', { status: 'rejected', error: new WebhookError('signature_mismatch', 'No.') }, false, false],
  [
    'rejected for a mistake of the program',
    { status: 'rejected', error: new WebhookError('invalid_secret', 'No.') },
    true,
    false,
  ],
]

describe('the default log', () => {
  let errors: MockInstance<typeof console.error>
  let warnings: MockInstance<typeof console.warn>
  beforeEach(() => {
    errors = vi.spyOn(console, 'error').mockReturnValue()
    warnings = vi.spyOn(console, 'warn').mockReturnValue()
  })
  afterEach(() => {
    errors.mockRestore()
    warnings.mockRestore()
  })

  it.each(OUTCOMES)('has the right lines for an outcome that is %s', (_, outcome, isError, isSlow) => {
    for (const durationMs of [1, 8000, 8001]) logOutcome({ ...outcome, durationMs } as Outcome)
    expect(errors).toHaveBeenCalledTimes(isError ? 3 : 0)
    expect(warnings).toHaveBeenCalledTimes(isSlow ? 1 : 0)
    for (const [prefix] of [...errors.mock.calls, ...warnings.mock.calls]) {
      expect(prefix).toBe('truedy-webhooks:')
    }
  })

  it('names the event and its key, or says that there is none', () => {
    logOutcome({ status: 'failed', error, ...known, durationMs: 1 } as Outcome)
    const { key: _, ...withoutKey } = known
    logOutcome({ status: 'failed', error, ...withoutKey, durationMs: 1 } as Outcome)
    logOutcome({ status: 'failed', error, durationMs: 1 } as Outcome)
    expect(errors.mock.calls.map(([, text]) => text)).toEqual([
      'call.ended (k) failed:',
      'call.ended (no key) failed:',
      'A delivery failed:',
    ])
  })
})
