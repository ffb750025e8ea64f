/** Turns bytes into an event. Only the envelope is checked, because new fields and new types must never break a receiver. */

import { asBytes, type Bytes, decodeUtf8, type RawBody } from '../bytes.js'
import { WebhookError } from '../errors.js'
import { idText, isObject, isText, parseJson, stringifyDeep } from '../json.js'
import { type EventName, type EventOf, normalizeName, type TruedyEvent } from './catalogue.js'

/** An envelope whose name is a known literal gives the event of that name; everything else, the union. */
export type ParsedEvent<Body> = 0 extends 1 & Body
  ? TruedyEvent
  : Body extends { readonly event: infer Name extends EventName }
    ? EventOf<Name>
    : TruedyEvent

/**
 * The event in a body, **not verified**: for bodies that were verified before, such as those in a queue of your own.
 * Use `verifyAndParse` for requests.
 *
 * The alias `call.completed` becomes `call.ended`, a type that this version does not know becomes `'unknown'`, and
 * `rawEvent` keeps the name as sent. Nothing inside `data` is dropped or renamed, except for own `__proto__` keys, which
 * would pollute prototypes when merged.
 *
 * An event that was written with `JSON.stringify` and read again is the same event, `rawEvent` included.
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
export function parseEvent<const Body extends RawBody | object>(body: Body): ParsedEvent<Body> {
  let bytes: Bytes
  try {
    // A parsed envelope becomes text again, so that the caller's object is never written to and only JSON gets in.
    bytes = asBytes(body) ?? stringifyDeep(body)
  } catch {
    // The error has no cause, because that may quote the body.
    throw new WebhookError('invalid_event', 'The envelope is not plain data.')
  }
  // The envelope's name decides which event it is. If the name is a literal, the return type says so.
  return parseBytes(bytes, storedName) as ParsedEvent<Body>
}

/**
 * The event in bytes. On the wire a `rawEvent` counts as any other field, and is overwritten.
 *
 * @param nameOf - returns the name as sent, given the envelope's `event` and `rawEvent`; by default, it returns `event`
 */
export function parseBytes(
  bytes: Bytes,
  nameOf: (event: string, rawEvent: unknown) => string = (event) => event,
): TruedyEvent {
  let text: string
  let envelope: unknown
  try {
    text = decodeUtf8(bytes)
    envelope = parseJson(text)
  } catch {
    // The error has no cause, because the engine's message quotes the body.
    throw new WebhookError('invalid_json', 'The body is not JSON in UTF-8.')
  }
  if (isObject(envelope)) {
    const { event: name, timestamp, data } = envelope
    const isTimestamp = typeof timestamp === 'string' || typeof timestamp === 'number'
    if (isText(name) && isTimestamp && isObject(data)) {
      const id = idText(envelope['id']) ?? idText(envelope['event_id'])
      if (id !== undefined) envelope['id'] = id
      else if ('id' in envelope) delete envelope['id']
      const rawEvent = nameOf(name, envelope['rawEvent'])
      envelope['rawEvent'] = rawEvent
      envelope['event'] = normalizeName(rawEvent)
      rawTextProperty.value = text
      Reflect.defineProperty(envelope, RAW_TEXT, rawTextProperty)
      rawTextProperty.value = ''
      // The envelope was checked and the name is of the union; the payload types promise nothing that needs a check.
      return envelope as unknown as TruedyEvent
    }
  }
  throw new WebhookError(
    'invalid_event',
    'The JSON lacks event (text), timestamp (text or number) or data (object).',
  )
}

/** The original name, as sent, of an event that was parsed, stored and read again. */
function storedName(name: string, rawEvent: unknown): string {
  // An earlier version may have known the type less well: then it stored "unknown".
  const isStored = isText(rawEvent) && (name === 'unknown' || name === normalizeName(rawEvent))
  return isStored ? rawEvent : name
}

/**
 * The symbol under which the parser stores an event's JSON text on the event, so that numbers that JavaScript can't represent
 * can still be read exactly. Registered, so that
 * every copy of the package finds it; not enumerable, so that a spread or clone loses it.
 */
const RAW_TEXT = Symbol.for('truedy-webhooks.rawText')

/** Reused, and given to `Reflect`: a new one given to `Object.defineProperty` takes four times as long. */
const rawTextProperty = { value: '' }

/** The JSON text that an event was parsed from; `undefined` for a copy of an event, or one made by hand. */
export function rawTextOf(event: TruedyEvent): string | undefined {
  // Any object may be read by a symbol; only parsing above sets this one.
  return (event as { readonly [RAW_TEXT]?: string })[RAW_TEXT]
}
