/** From bytes to an event. Only the envelope is checked: new fields and new types must never break a receiver. */

import { asBytes, type Bytes, decodeUtf8, type RawBody } from '../bytes.js'
import { WebhookError } from '../errors.js'
import { idText, isObject, isText, parseJson } from '../json.js'
import { normaliseName, type TruedyEvent } from './catalogue.js'

/**
 * The event in a body, **not verified**: for bodies that were verified before, such as those in a queue of your own.
 * On requests use `verifyAndParse`.
 *
 * The alias `call.completed` becomes `call.ended`, a type that this version does not know becomes `'unknown'`, and
 * `rawEvent` keeps the name as sent. Nothing inside `data` is dropped or renamed, save own `__proto__` keys, which
 * would pollute prototypes when merged.
 *
 * @param body - JSON as text or as UTF-8 bytes, or an envelope that was parsed before (it is not changed)
 * @returns the event, a union on `event`
 * @throws {@link WebhookError} `invalid_json` where the body is not JSON or not UTF-8; `invalid_event` where it is not
 * an envelope: an object with `event` (a string, not empty), `timestamp` (a string or a number) and `data` (an object) (400)
 *
 * @example
 * ```ts
 * import { parseEvent } from 'truedy-webhooks'
 *
 * const event = parseEvent('{"event":"call.ended","timestamp":"2026-03-18T14:32:00Z","data":{"call_id":"c1"}}')
 * console.log(event.event)
 * ```
 */
export function parseEvent(body: RawBody | object): TruedyEvent {
  let bytes: Bytes
  try {
    // A parsed envelope becomes text again, so that the caller's object is never written to and only JSON gets in.
    bytes = asBytes(body) ?? JSON.stringify(body) ?? 'null'
  } catch {
    // No cause: it may quote what was read.
    throw new WebhookError('invalid_event', 'The envelope is not plain data.')
  }
  return parseBytes(bytes)
}

/** {@link parseEvent} for what is raw. */
export function parseBytes(bytes: Bytes): TruedyEvent {
  let envelope: unknown
  try {
    envelope = parseJson(decodeUtf8(bytes))
  } catch {
    // No cause: the engine's message quotes the body.
    throw new WebhookError('invalid_json', 'The body is not JSON in UTF-8.')
  }
  return toEvent(envelope)
}

/** Makes an event of a parsed envelope that is ours to write to. */
function toEvent(envelope: unknown): TruedyEvent {
  if (isObject(envelope)) {
    const { event: rawEvent, timestamp, data } = envelope
    const isTimestamp = typeof timestamp === 'string' || typeof timestamp === 'number'
    if (isText(rawEvent) && isTimestamp && isObject(data)) {
      const id = idText(envelope['id']) ?? idText(envelope['event_id'])
      if (id !== undefined) envelope['id'] = id
      else if ('id' in envelope) delete envelope['id']
      envelope['rawEvent'] = rawEvent
      envelope['event'] = normaliseName(rawEvent)
      // The envelope was checked and the name is of the union; the payload types promise nothing that needs a check.
      return envelope as unknown as TruedyEvent
    }
  }
  throw new WebhookError(
    'invalid_event',
    'The JSON lacks event (text), timestamp (text or number) or data (object).',
  )
}
