/** The part of a key that a row shows beside the name of the event. */

/** The part of a key that identifies the event: without its type and the kind of its id, which are clear from the name of the event. */
export function idOf(key: string): string {
  return /^[^:]*:[^:]*:(.+)$/s.exec(key)?.[1] ?? key
}
