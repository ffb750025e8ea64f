/** Shortens a key to the part that a row shows beside the name of the event. */

/** Returns the id in a key, without the event type and the kind of id, which the name of the event already tells. */
export function idOf(key: string): string {
  return /^[^:]*:[^:]*:(.+)$/s.exec(key)?.[1] ?? key
}
