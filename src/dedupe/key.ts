/** The name under which an event is remembered: the same for each delivery of it, different for every other event. */

import type { TruedyEvent } from '../events/catalogue.js'
import { eventIds } from '../events/details.js'
import { fnv128 } from '../fnv.js'
import { idText } from '../json.js'

/** Longest key, in characters, all of them ASCII. */
const MAX_LENGTH = 255

/**
 * The key of an event for de-duplication: `<event>:<kind of id>:<id>` (src/CONTRACT.md §5).
 *
 * The id is the event's own where there is one; else that of the call, batch or voice that the event is about. Where
 * an entity's id does not say which of its events this is (`batch.status.changed` repeats for one batch; an unknown
 * type may), or there is no id at all, time and content take its place: where the identity is not certain, a
 * duplicate is better than a loss. Nothing that changes from delivery to delivery (header timestamp, signature)
 * takes part.
 *
 * @param event - a parsed event
 * @returns printable ASCII without spaces, at most 255 characters; longer ones are cut and carry a hash of the whole
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
  // `event.event` is normalised, so that an alias and its name share keys; all unknown types would, too.
  const name = event.event === 'unknown' ? event.rawEvent : event.event
  const key = [name, ...identity(event)].map(escapePart).join(':')
  if (key.length <= MAX_LENGTH) return key
  const hash = fnv128(key)
  return `${key.slice(0, MAX_LENGTH - hash.length - 1)}~${hash}`
}

function identity(event: TruedyEvent): string[] {
  const { eventId, callId, batchId, voiceId } = eventIds(event)
  if (eventId !== undefined) return ['event', eventId]
  // An unknown type may repeat for one call as batch.status.changed does for one batch: its entity is not enough.
  if (event.event.startsWith('call.') && callId !== undefined) return ['call', callId]
  if (event.event.startsWith('voice.') && voiceId !== undefined) return ['voice', voiceId]
  if (event.event === 'batch.completed' && batchId !== undefined) return ['batch', batchId]

  const content = [String(event.timestamp), fnv128(JSON.stringify(event.data))]
  if (event.event === 'batch.status.changed' && batchId !== undefined) {
    return ['batch', batchId, idText(event.data.status) ?? '', ...content]
  }
  return ['content', ...content]
}

/** Printable ASCII, one to one: what is not plain becomes `%` and the four hexadecimal digits of its UTF-16 unit. */
function escapePart(part: string): string {
  return part.replace(/[^\w.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
