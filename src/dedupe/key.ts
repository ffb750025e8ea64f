/** The name of an event in a store: the same for each delivery of it, different for every other event. */

import { wrongValue } from '../checks.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { eventIds } from '../events/ids.js'
import { rawTextOf } from '../events/parse.js'
import { quoteInexactNumbers } from '../exact-numbers.js'
import { idText, isObject, isText, parseJson, stringifyDeep } from '../json.js'
import { sha256Hex } from '../sha256.js'

/** Longest key without a scope, in characters, all of them ASCII. */
const MAX_LENGTH = 255

/** Event types that happen once for each call: the call's id is all that their keys need. */
const ONCE_PER_CALL = new Set(['call.started', 'call.joined', 'call.ended', 'call.failed', 'call.analyzed'])

/**
 * The key of an event for de-duplication, as `<event>:<kind of id>:<id>` with a digest where an id is not enough
 * (src/CONTRACT.md §5).
 *
 * - `call.started`, `.joined`, `.ended`, `.failed`, `.analyzed` and `batch.completed` happen once: the id of the call or batch.
 * - `call.billed`: the call, and a digest of billing status, cost and billed duration. A refund is another event.
 * - `voice.training.*`: the voice, and a digest of `data`. A voice can be trained again.
 * - `batch.status.changed`: the batch, and the event's id; without one, its time and a digest of `data`.
 * - Everything else: the event's id; without one, its time and a digest of the envelope.
 *
 * If the identity is uncertain, two keys are better than one: processing twice beats losing an event. Nothing that changes
 * with each delivery, such as the timestamp header, takes part. The same content gives the same key, also for a copy of the
 * event and for one that was stored as JSON. The one exception is a number that JavaScript cannot represent (beyond 2^53, for
 * example): the event remembers its text and a copy doesn't, so the copy may have a different key.
 *
 * @param event - a parsed event
 * @returns printable ASCII without spaces, at most 255 characters; a longer one is cut and carries a digest of the whole
 *
 * @example
 * ```ts
 * import { dedupeKey, parseEvent } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call_id: 'c1' } })
 * console.log(dedupeKey(event)) // call.ended:call:c1
 * ```
 */
export function dedupeKey(event: TruedyEvent): string {
  // `event.event` is normalized, so an alias and its type share keys. Unknown types use the name as sent: under the name
  // `unknown`, different types would share keys.
  const name = event.event === 'unknown' ? event.rawEvent : event.event
  const key = [name, ...identityOf(event)].map(escapePart).join(':')
  if (key.length <= MAX_LENGTH) return key
  const digest = sha256Hex(key)
  return `${key.slice(0, MAX_LENGTH - digest.length - 1)}~${digest}`
}

/** The parts of a key after the event's name. */
function identityOf(event: TruedyEvent): readonly string[] {
  const { callId, batchId, voiceId } = eventIds(event)
  if (callId !== undefined) {
    if (ONCE_PER_CALL.has(event.event)) return ['call', callId]
    if (event.event === 'call.billed') return ['call', callId, digestOf(billingOf(exactEnvelope(event)))]
  }
  if (voiceId !== undefined && event.event.startsWith('voice.')) {
    return ['voice', voiceId, digestOf(exactEnvelope(event)['data'])]
  }
  if (batchId !== undefined) {
    if (event.event === 'batch.completed') return ['batch', batchId]
    if (event.event === 'batch.status.changed') {
      const id = eventIdOf(event)
      if (id !== undefined) return ['batch', batchId, 'event', id]
      const { timestamp, data } = exactEnvelope(event)
      return ['batch', batchId, String(timestamp), digestOf(data)]
    }
  }
  const id = eventIdOf(event)
  if (id !== undefined) return ['event', id]
  // Without the two names: the name is in the key already, and a stored event has the extra field `rawEvent`.
  const { event: _name, rawEvent: _rawName, ...content } = exactEnvelope(event)
  return ['content', String(content['timestamp']), digestOf(content)]
}

/** The envelope, in which the text of a number replaces each number that parsing cannot hold. */
function exactEnvelope(event: TruedyEvent): Readonly<Record<string, unknown>> {
  const text = rawTextOf(event) ?? ''
  const exact = quoteInexactNumbers(text)
  const envelope: unknown = exact === text ? event : parseJson(exact)
  return isObject(envelope) ? envelope : {}
}

/** The fields that tell a bill from its correction and its refund; all of `data` if it has none of them. */
function billingOf({ data }: Readonly<Record<string, unknown>>): unknown {
  const fields = isObject(data) ? data : {}
  const call = isObject(fields['call']) ? fields['call'] : {}
  const names =
    'billingStatus billing_status costUsd cost_usd cost_credits billedDuration billed_duration'.split(' ')
  const billing = [call, fields].map((place) => names.map((name) => place[name]))
  return billing.flat().some((value) => value !== undefined && value !== null) ? billing : data
}

/**
 * The id of the event itself. If the same text occurs elsewhere in the payload, it is the copied id of a row, a campaign or a
 * contact, and the result is `undefined`. `data.id` is not reliably the event's id either, so it counts as one of those other
 * values.
 */
function eventIdOf(event: TruedyEvent): string | undefined {
  const envelope: Readonly<Record<string, unknown>> = { ...event }
  const { data, id: envelopeId, event_id: envelopeEventId, ...rest } = envelope
  const { eventId, event_id, ...fields } = isObject(data) ? data : {}
  const id = [envelopeId, envelopeEventId, eventId, event_id].map(idText).find((each) => each !== undefined)
  return id === undefined || contains([rest, fields], id) ? undefined : id
}

/** Tells whether a value, or any value inside it, equals the given text (a number counts if it is written like that). */
function contains(root: unknown, text: string): boolean {
  const number = Number(text)
  const values = [root]
  while (values.length > 0) {
    const value = values.pop()
    if (value === text || (value === number && String(value) === text)) return true
    if (typeof value !== 'object' || value === null) continue
    for (const each of Array.isArray(value) ? value : Object.values(value)) values.push(each)
  }
  return false
}

function digestOf(value: unknown): string {
  return sha256Hex(stringifyDeep(value))
}

/**
 * The key of an event by the function and the scope that a program gives.
 *
 * @throws WebhookError `invalid_options`; what the function throws
 */
export function keyFor(
  event: TruedyEvent,
  { key, scope }: { readonly key: (event: TruedyEvent) => string; readonly scope: string | undefined },
): string {
  const found: unknown = key(event)
  if (isText(found)) return scopedKey(found, scope)
  // The function must not be asynchronous. If it returned a promise, a rejection is ignored, so that it isn't reported as
  // unhandled as well.
  Promise.resolve(found).catch(() => {})
  throw wrongValue("key's result", 'a string that is not empty', found)
}

/**
 * The key of an event at one of several endpoints that share a store: without a scope, the key itself.
 *
 * Scopes are escaped and marked, so that scope `a` with key `b:c` is not scope `a:b` with key `c`, nor a key without a scope.
 */
export function scopedKey(key: string, scope: string | undefined): string {
  if (scope !== undefined) return `@${escapePart(scope)}/${key}`
  return /^(@|job\/)/.test(key) ? `@/${key}` : key
}

/** Printable ASCII, one to one: what is not plain becomes `%` and the four hexadecimal digits of its UTF-16 unit. */
function escapePart(part: string): string {
  return part.replace(/[^\w.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
