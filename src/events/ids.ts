/** The identifiers that an event carries (src/CONTRACT.md §4). */

import { idText } from '../json.js'
import type { TruedyEvent } from './catalogue.js'
import { firstOf } from './fields.js'

/** The identifiers that an event carries. */
export interface EventIds {
  /** The id of the event itself, the same in every delivery of it. */
  eventId?: string
  callId?: string
  agentId?: string
  batchId?: string
  voiceId?: string
}

/**
 * The identifiers in an event. Each is looked for in all the places where it can occur (src/CONTRACT.md §4), and the first
 * place that has it wins.
 *
 * @param event - a parsed event
 * @returns the identifiers found; the result has no key for the others
 *
 * @example
 * ```ts
 * import { eventIds, parseEvent } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call: { callId: 'c1' } } })
 * console.log(eventIds(event).callId) // c1
 * ```
 */
export function eventIds(event: TruedyEvent): EventIds {
  const ids: EventIds = {}
  const find = (name: keyof EventIds, places: string): void => {
    const id = firstOf(idText, event, places)
    if (id !== undefined) ids[name] = id
  }
  find('callId', 'data.call.callId data.call.call_id data.callId data.call_id')
  find('agentId', 'data.call.agent.agentId data.call.agentId data.agentId data.agent_id')
  find('batchId', 'data.batch_id data.batchId data.batch.batchId data.batch.batch_id')
  find('voiceId', 'data.voice_id data.voiceId data.voice.voiceId data.voice.voice_id')
  // `data.id` that repeats the id of an entity is not the event's: all events of that entity would share it.
  const isEntity = Object.values(ids).includes(firstOf(idText, event, 'data.id'))
  find('eventId', `id${isEntity ? '' : ' data.id'} data.eventId data.event_id`)
  return ids
}
