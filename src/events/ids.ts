/** Finds the identifiers in an event (src/CONTRACT.md §4). */

import { idText } from '../json.js'
import type { TruedyEvent } from './catalogue.js'
import { firstOf } from './fields.js'

/** The identifiers in an event. */
export interface EventIds {
  /** The id of the event itself, or of one attempt to deliver it (src/CONTRACT.md §5). */
  eventId?: string
  callId?: string
  agentId?: string
  batchId?: string
  voiceId?: string
}

/**
 * Returns the identifiers in an event. Each can be in several places (src/CONTRACT.md §4), and the first one that has a value
 * counts.
 *
 * @param event - a parsed event
 * @returns the identifiers that were found, without keys for the others
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
  const find = (name: keyof EventIds, paths: string): void => {
    const id = firstOf(idText, event, paths)
    if (id !== undefined) ids[name] = id
  }
  find('callId', 'data.call.callId data.call.call_id data.callId data.call_id')
  find('agentId', 'data.call.agent.agentId data.call.agentId data.agentId data.agent_id')
  find('batchId', 'data.batch_id data.batchId data.batch.batchId data.batch.batch_id')
  find('voiceId', 'data.voice_id data.voiceId data.voice.voiceId data.voice.voice_id')
  // If `data.id` repeats the id of a call, agent, batch or voice, it isn't the event's: other events have it, too.
  const isEntityId = Object.values(ids).includes(firstOf(idText, event, 'data.id'))
  find('eventId', `id${isEntityId ? '' : ' data.id'} data.eventId data.event_id`)
  return ids
}
