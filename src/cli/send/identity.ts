/** Identifies the event in a body, for the output. */

import { dedupeKey } from '../../dedupe/key.js'
import { parseEvent } from '../../events/parse.js'
import type { DeliveryBody } from './delivery-bodies.js'

/** The name of the event as sent, and the key under which a receiver marks it done. */
export interface Identity {
  readonly event: string
  readonly key: string
}

/** Returns the identity of an event; `undefined` for a body that isn't an event. */
export function identify(body: DeliveryBody): Identity | undefined {
  try {
    const event = parseEvent(body)
    return { event: event.rawEvent, key: dedupeKey(event) }
  } catch {
    // The receiver's response says what is wrong.
    return undefined
  }
}
