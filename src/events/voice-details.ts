/** Reads the facts of a voice's training into one shape (src/CONTRACT.md §4). */

import { idText } from '../json.js'
import type { TruedyEvent } from './catalogue.js'
import { asText, containersOf, type FieldsOf, findFields, valuesOf } from './fields.js'
import { eventIds } from './ids.js'
import type { VoiceStatus } from './payloads.js'

/** The facts of a voice's training in one shape, whichever payload was sent. */
export interface VoiceDetails {
  voiceId?: string
  /** The id of the voice at Ultravox. */
  ultravoxVoiceId?: string
  status?: VoiceStatus
  errorMessage?: string
  /** The organization that owns the voice. */
  orgId?: string
}

const FIELDS: FieldsOf<Omit<VoiceDetails, 'voiceId'>> = {
  ultravoxVoiceId: [idText, 'ultravoxVoiceId ultravox_voice_id'],
  status: [asText, 'status'],
  errorMessage: [asText, 'errorMessage error_message'],
  orgId: [idText, 'orgId org_id', 'clientId client_id'],
}

/**
 * Returns the facts of a voice's training. A field that is missing, `null` or of the wrong type in the payload is absent in the
 * result.
 *
 * @param event - a parsed event
 * @returns the facts in the event, or `undefined` if the event is not about a voice. An event of a call that uses a voice is about
 * the call
 *
 * @example
 * ```ts
 * import { parseEvent, voiceDetails } from 'truedy-webhooks'
 *
 * const data = { voice_id: 'v1', status: 'failed', error_message: 'The sample is too short.' }
 * const event = parseEvent({ event: 'voice.training.failed', timestamp: 1773844320, data })
 * console.log(voiceDetails(event)?.errorMessage) // The sample is too short.
 * ```
 */
export function voiceDetails(event: TruedyEvent): VoiceDetails | undefined {
  const { voiceId, callId, batchId } = eventIds(event)
  const hasOnlyVoiceId = voiceId !== undefined && callId === undefined && batchId === undefined
  const isVoice = event.rawEvent.startsWith('voice.') || (event.event === 'unknown' && hasOnlyVoiceId)
  if (!isVoice) return undefined
  const found = findFields(FIELDS, containersOf(event, 'voice'))
  return { ...(voiceId !== undefined && { voiceId }), ...valuesOf(found) }
}
