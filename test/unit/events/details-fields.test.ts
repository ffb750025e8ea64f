/** Each field of the details, in each place and spelling, in the nested and the flat form. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batchDetails,
  callDetails,
  eventNames,
  parseEvent,
  type TruedyEvent,
  voiceDetails,
} from '../../../src/index.js'

function event(name: string, data: object): TruedyEvent {
  return parseEvent({ event: name, timestamp: '2026-03-18T14:32:00Z', data })
}

const TIME = '2026-03-18T14:30:00.000Z'

const CALL_FIELDS: readonly (readonly [spellings: string, name: string, sent: unknown, read: unknown])[] = [
  ['status', 'status', 'in-progress', 'in-progress'],
  ['direction', 'direction', 'outbound', 'outbound'],
  ['from', 'from', '+15550100123', '+15550100123'],
  ['to', 'to', '+15550100199', '+15550100199'],
  ['created createdAt created_at', 'createdAt', '2026-03-18T14:30:00', TIME],
  ['joined joinedAt joined_at', 'joinedAt', '2026-03-18T16:30:00+02:00', TIME],
  ['ended endedAt ended_at', 'endedAt', 1773844200, TIME],
  ['duration duration_seconds', 'durationSeconds', 42, 42],
  ['billedDuration billed_duration', 'billedDurationSeconds', '42s', 42],
  ['costUsd cost_usd', 'costUsd', '0.12', 0.12],
  ['billingStatus billing_status', 'billingStatus', 'BILLING_STATUS_BILLED', 'BILLING_STATUS_BILLED'],
  ['summary shortSummary short_summary', 'summary', 'Hours.', 'Hours.'],
  ['endReason end_reason', 'endReason', 'hangup', 'hangup'],
  ['recordingUrl recording_url', 'recordingUrl', 'https://example.com/1.wav', 'https://example.com/1.wav'],
  ['errorMessage error_message', 'errorMessage', 'Busy.', 'Busy.'],
  [
    'metadata',
    'metadata',
    { campaign_id: 7, vip: true, note: 'x', list: [] },
    { campaign_id: '7', vip: 'true', note: 'x' },
  ],
  [
    'sipDetails sip_details',
    'sipTerminationReason',
    { terminationReason: 'SIP_TERMINATION_BUSY', termination_reason: 'SIP_TERMINATION_BUSY' },
    'SIP_TERMINATION_BUSY',
  ],
]

const BATCH_FIELDS: typeof CALL_FIELDS = [
  ['status', 'status', 'COMPLETED', 'completed'],
  ['paused', 'paused', false, false],
  ['totalCount total_count total_contacts', 'totalCount', 200, 200],
  ['completedCount completed_count completed', 'completedCount', 50, 50],
  ['failedCount failed_count failed', 'failedCount', '3', 3],
  ['calledCount called_count called', 'calledCount', 51, 51],
  ['pendingCount pending_count pending', 'pendingCount', 0, 0],
  ['created createdAt created_at', 'createdAt', TIME, TIME],
  ['endedAt ended_at', 'endedAt', TIME, TIME],
  ['windowStart window_start', 'windowStart', TIME, TIME],
  ['windowEnd window_end', 'windowEnd', TIME, TIME],
]

const VOICE_FIELDS: typeof CALL_FIELDS = [
  ['ultravoxVoiceId ultravox_voice_id', 'ultravoxVoiceId', 'u1', 'u1'],
  ['status', 'status', 'training', 'training'],
  ['errorMessage error_message', 'errorMessage', 'Too short.', 'Too short.'],
  ['orgId org_id clientId client_id', 'orgId', 42, '42'],
]

const KINDS = [
  { kind: 'call', name: 'call.ended', id: 'callId', read: callDetails, fields: CALL_FIELDS },
  { kind: 'batch', name: 'batch.status.changed', id: 'batchId', read: batchDetails, fields: BATCH_FIELDS },
  { kind: 'voice', name: 'voice.training.failed', id: 'voiceId', read: voiceDetails, fields: VOICE_FIELDS },
] as const

describe.each(KINDS)('the details of a $kind', ({ kind, name, id, read, fields }) => {
  const rows = fields.flatMap(([spellings, field, sent, expected]) =>
    spellings.split(' ').map((spelling) => [spelling, field, sent, expected] as const),
  )

  it.each(rows)(
    'have the field %s as %s from a nested or flat payload, preferring the nested one',
    (spelling, field, sent, expected) => {
      const flat = { [id]: 'x', [spelling]: sent }
      expect(read(event(name, flat))).toMatchObject({ [id]: 'x', [field]: expected })
      expect(read(event(name, { [kind]: flat }))).toMatchObject({ [id]: 'x', [field]: expected })
      const nestedFirst = read(event(name, { [kind]: flat, [spelling]: 'other' }))
      expect(nestedFirst).toMatchObject({ [field]: expected })
    },
  )

  it.each(rows)('omit %s if it is null, empty or of a wrong type', (spelling, field) => {
    for (const wrong of [null, '', [], [1], {}]) {
      expect(read(event(name, { [id]: 'x', [spelling]: wrong }))).toStrictEqual({ [id]: 'x' })
    }
    expect(field).not.toBe(id)
  })

  it('are plain JSON for any payload', () => {
    const spellings = fields.flatMap(([names]) => names.split(' '))
    const anything = fc.dictionary(
      fc.constantFrom(kind, id, '__proto__', ...spellings),
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...spellings), fc.jsonValue())),
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(anything, (data) => {
        const details = read(event(name, data))
        expect(JSON.parse(JSON.stringify(details))).toEqual(details)
        expect(Object.values(details ?? {})).not.toContain(undefined)
        expect(Object.values(details ?? {}).some((value) => Object.is(value, -0))).toBe(false)
      }),
    )
  })
})

it('each event has details of one kind at most, and of the kind that its type names', () => {
  const kindsOf = (given: TruedyEvent) =>
    KINDS.filter(({ read }) => read(given) !== undefined).map(({ kind }) => kind)
  for (const name of eventNames) {
    // These data have the ids of all three kinds, because a call belongs to a batch and has a voice.
    const data = { call_id: 'c1', batch_id: 'b1', voice_id: 'v1' }
    const [kind = ''] = name.split('.')
    if (kind === 'call') expect(kindsOf(event(name, data))).toEqual(['call'])
    else expect(kindsOf(event(name, { [`${kind}_id`]: 'x' }))).toEqual([kind])
    expect(kindsOf(event(name, {}))).toEqual([kind])
  }
  expect(kindsOf(event('campaign.completed', { batch_id: 'b1' }))).toEqual(['batch'])
  expect(kindsOf(event('campaign.completed', {}))).toEqual([])
  expect(kindsOf(event('campaign.progress', { batch_id: 'b1', call_id: 'c1' }))).toEqual(['call'])
  expect(kindsOf(event('crm.synced', { voice_id: 'v1', call_id: 'c1' }))).toEqual(['call'])
  // The prefix of a known type decides.
  expect(kindsOf(event('call.ended', { batch_id: 'b1' }))).toEqual(['call'])
  expect(kindsOf(event('call.ended', { voice_id: 'v1' }))).toEqual(['call'])
  expect(kindsOf(event('voice.created', {}))).toEqual(['voice'])
  expect(kindsOf(event('clone.ready', { voice_id: 'v1' }))).toEqual(['voice'])
  expect(kindsOf(event('crm.synced', { voice_id: 'v1', batch_id: 'b1' }))).toEqual([])
  expect(kindsOf(event('crm.synced', { call_id: 'c1', voice_id: 'v1', batch_id: 'b1' }))).toEqual(['call'])
})
