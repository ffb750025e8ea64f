/** Parses bytes into an event. Checks only the envelope, because new fields and new types must never break a receiver. */

import { asBytes, type Bytes, decodeUtf8, type RawBody } from '../bytes.js'
import { WebhookError } from '../errors.js'
import { idText, isObject, isText, parseJson, stringifyDeep } from '../json.js'
import { type EventName, type EventOf, normalizeName, type TruedyEvent } from './catalogue.js'

/** The type that {@link parseEvent} returns: one event if the type of `event` is a known name, otherwise the union. */
export type ParsedEvent<Body> = 0 extends 1 & Body
  ? TruedyEvent
  : Body extends { readonly event: infer Name extends EventName }
    ? EventOf<Name>
    : TruedyEvent

/**
 * Parses the event in a body **without verifying it**. Use it for bodies that were verified before, such as those in a queue of
 * your own. For requests, use `verifyAndParse`.
 *
 * The alias `call.completed` becomes `call.ended`, and a type that this version doesn't know becomes `'unknown'`. `rawEvent` keeps
 * the name that was sent. Nothing in `data` is dropped or renamed, except own `__proto__` keys, which could pollute prototypes.
 *
 * If you store an event with `JSON.stringify` and parse it again, you get an equal event, with the same `rawEvent`.
 *
 * @param body - JSON as a string or as UTF-8 bytes, or an envelope that was parsed before, which is not changed
 * @returns the event, a union on `event`
 * @throws {@link WebhookError} `invalid_json` (400) if the body is not JSON in UTF-8. `invalid_event` (400) if it is not an
 * envelope: an object with `event` (a non-empty string), `timestamp` (a string or a number) and `data` (an object)
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
    // A parsed envelope becomes text again. So the caller's object is never changed, and the event is plain JSON.
    bytes = asBytes(body) ?? stringifyDeep(body)
  } catch {
    // The error has no cause, because the cause may quote the body.
    throw new WebhookError(
      'invalid_event',
      "The envelope can't be written as JSON. Pass the object that JSON.parse returned, or the raw body.",
    )
  }
  // The envelope's name decides the type of the event, so a literal name decides the return type.
  return parseBytes(bytes, storedName) as ParsedEvent<Body>
}

/**
 * Parses the event in bytes. By default, a field `rawEvent` in the bytes is overwritten.
 *
 * @param nameOf - returns the name that was sent, given the envelope's `event` and `rawEvent`. By default, that is `event`
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
    throw new WebhookError('invalid_json', 'The body is not JSON in UTF-8. Check what sent it.')
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
      rawTexts.add(envelope, text)
      // The envelope was checked, and the name is one of the union. All fields of a payload are optional.
      return envelope as unknown as TruedyEvent
    }
  }
  throw new WebhookError(
    'invalid_event',
    'The JSON is not an event: event must be a string, timestamp a string or a number, and data an object. Check what sent it.',
  )
}

/** Returns the name that was sent, even if the event was parsed and stored before. */
function storedName(name: string, rawEvent: unknown): string {
  // An earlier version that didn't know the type stored the event as `unknown`.
  const isStored = isText(rawEvent) && (name === 'unknown' || name === normalizeName(rawEvent))
  return isStored ? rawEvent : name
}

/** Returns the JSON text that an event was parsed from, or `undefined` for a copy of an event or one that was not parsed. */
export function rawTextOf(event: TruedyEvent): string | undefined {
  return rawTexts.find(event)
}

/** The JSON texts of events, from which numbers that JavaScript can't represent can be read exactly. */
interface RawTexts {
  readonly add: (event: object, text: string) => void
  readonly find: (event: object) => string | undefined
}

/**
 * Keeps each text in a private field of its event, which copies, logs and comparisons don't see. Defining a property that isn't
 * enumerable takes 40 times as long.
 */
function createRawTexts(): RawTexts {
  class Returned {
    constructor(event: object) {
      // biome-ignore lint/correctness/noConstructorReturn: A subclass adds its private fields to what this constructor returns.
      return event
    }
  }
  class WithText extends Returned {
    readonly #text: string
    constructor(event: object, text: string) {
      super(event)
      this.#text = text
    }
    static find(event: object): string | undefined {
      return #text in event ? event.#text : undefined
    }
  }
  return { add: (event, text) => void new WithText(event, text), find: WithText.find }
}

/** All copies of the package share the class of the copy that loads first, because only that class can read its private field. */
const SHARED = Symbol.for('truedy-webhooks.rawTexts')
const rawTexts: RawTexts = Reflect.get(globalThis, SHARED) ?? createRawTexts()
// If the global object is frozen, this changes nothing, and each copy finds only the texts of its own events.
Reflect.defineProperty(globalThis, SHARED, { value: rawTexts })
