/** What a body is, for those who read the output. */

import { dedupeKey } from '../../dedupe/key.js'
import { parseEvent } from '../../events/parse.js'
import type { Body } from './sender.js'

/** The name of the event as sent, and the key under which a receiver remembers it. */
export interface Identity {
  readonly event: string
  readonly key: string
}

/** `undefined` for a body that is no event. */
export function identify(body: Body): Identity | undefined {
  try {
    const event = parseEvent(body)
    return { event: event.rawEvent, key: dedupeKey(event) }
  } catch {
    // What was wrong with it, the receiver's answer tells.
    return undefined
  }
}
