/** The key of an event in a store: the same for all deliveries of the event, and different from the keys of other events. */

import { wrongValue } from '../checks.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { eventIds } from '../events/ids.js'
import { rawTextOf } from '../events/parse.js'
import { quoteInexactNumbers } from '../exact-numbers.js'
import { idText, isObject, isText, parseJson, stringifyDeep } from '../json.js'
import { sha256Hex } from '../sha256.js'

/** The longest key without a scope, in characters. All of them are ASCII. */
const MAX_LENGTH = 255

/** Event types that happen once for each call, so the call's id is enough for their keys. */
const ONCE_PER_CALL = new Set(['call.started', 'call.joined', 'call.ended', 'call.failed', 'call.analyzed'])

/**
 * Returns the key of an event for de-duplication: `<event>:<kind of id>:<id>`, with a digest if an id is not enough
 * (src/CONTRACT.md §5).
 *
 * This identifies an event:
 *
 * - `call.started`, `.joined`, `.ended`, `.failed`, `.analyzed` and `batch.completed`: the id of the call or batch, because each
 *   happens once.
 * - `call.billed`: the call, and a digest of billing status, cost and billed duration. A refund is another event.
 * - `voice.training.*`: the voice, and a digest of `data`. A voice can be trained again.
 * - `batch.status.changed`: the batch and the event's id. Without an event id: the batch, the `timestamp` and a digest of `data`.
 * - Everything else: the event's id. Without one: the `timestamp` and a digest of the envelope.
 *
 * If it is uncertain whether two deliveries are the same event, they get different keys, because processing an event twice is
 * better than losing it. The headers of a delivery are never part of the key. If the `id` or `timestamp` in the body changes with
 * each delivery, only keys that contain neither stay the same.
 *
 * The same content gives the same key, even for a copy of the event or one that was stored as JSON. The one exception is an event
 * with a number that JavaScript can't represent (beyond 2^53, for example). Only the object that
 * the parser returned still has the JSON text with the exact number, so a copy may have another key.
 *
 * @param event - a parsed event
 * @returns printable ASCII without spaces, at most 255 characters. A longer key is cut, and ends with a digest of the whole key
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
  // `event.event` is normalized, so an alias and its type share keys. An unknown type has the name that was sent. With the name
  // `unknown`, different types could share keys.
  const name = event.event === 'unknown' ? event.rawEvent : event.event
  const key = [name, ...identityOf(event)].map(escapePart).join(':')
  if (key.length <= MAX_LENGTH) return key
  const digest = sha256Hex(key)
  return `${key.slice(0, MAX_LENGTH - digest.length - 1)}~${digest}`
}

/** Returns the parts of a key after the event's name. */
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
  // Leaves out `event` and `rawEvent`: the key already has the name, and an envelope that is parsed again has no `rawEvent`.
  const { event: _name, rawEvent: _rawName, ...content } = exactEnvelope(event)
  return ['content', String(content['timestamp']), digestOf(content)]
}

/** Returns the envelope. Each number that JavaScript can't represent exactly becomes a string of its digits. */
function exactEnvelope(event: TruedyEvent): Readonly<Record<string, unknown>> {
  const text = rawTextOf(event) ?? ''
  const exact = quoteInexactNumbers(text)
  const envelope: unknown = exact === text ? event : parseJson(exact)
  return isObject(envelope) ? envelope : {}
}

/** Returns the fields that differ between a bill, its correction and its refund, or all of `data` if it has none of them. */
function billingOf({ data }: Readonly<Record<string, unknown>>): unknown {
  const fields = isObject(data) ? data : {}
  const call = isObject(fields['call']) ? fields['call'] : {}
  const names =
    'billingStatus billing_status costUsd cost_usd cost_credits billedDuration billed_duration'.split(' ')
  const billing = [call, fields].map((container) => names.map((name) => container[name]))
  return billing.flat().some((value) => value !== undefined && value !== null) ? billing : data
}

/**
 * Returns the id of the event itself. Returns `undefined` if the same id occurs anywhere else in the event, because it is then
 * probably the copied id of a database row, a campaign or a contact. `data.id` counts as such another place.
 */
function eventIdOf(event: TruedyEvent): string | undefined {
  const envelope: Readonly<Record<string, unknown>> = { ...event }
  const { data, id: envelopeId, event_id: envelopeEventId, ...rest } = envelope
  const { eventId, event_id, ...fields } = isObject(data) ? data : {}
  const id = [envelopeId, envelopeEventId, eventId, event_id].map(idText).find((each) => each !== undefined)
  return id === undefined || contains([rest, fields], id) ? undefined : id
}

/** Tells whether a value, or any value inside it, equals a string. A number equals it if it is written the same way. */
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
 * Returns the key of an event, made by the program's `key` function and with its scope.
 *
 * @throws WebhookError `invalid_options` if the function returns anything but a non-empty string. Passes on errors of the function
 */
export function keyFor(
  event: TruedyEvent,
  { key, scope }: { readonly key: (event: TruedyEvent) => string; readonly scope: string | undefined },
): string {
  const found: unknown = key(event)
  if (isText(found)) return scopedKey(found, scope)
  // The function must be synchronous. If it returned a promise that rejects, the rejection must not also be reported as
  // unhandled.
  Promise.resolve(found).catch(() => {})
  throw wrongValue("key's result", 'a non-empty string', found)
}

/**
 * Returns a key with a scope, for endpoints that share a store: `@<scope>/<key>`. The scope is escaped, so no two pairs of scope and
 * key give the same result.
 *
 * Without a scope, returns the key itself, except that a key which starts with `@` or `job/` gets the prefix `@/`. Otherwise, it
 * could equal a key with a scope, or the key of a job.
 */
export function scopedKey(key: string, scope: string | undefined): string {
  if (scope !== undefined) return `@${escapePart(scope)}/${key}`
  return /^(@|job\/)/.test(key) ? `@/${key}` : key
}

/** Escapes a part of a key, one to one: all but `A-Z a-z 0-9 _ . -` becomes `%` and the four hexadecimal digits of its code unit. */
function escapePart(part: string): string {
  return part.replace(/[^\w.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
