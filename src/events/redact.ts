/** Masks data that doesn't belong in a log: secrets, passwords, phone numbers, prompts (src/CONTRACT.md §4). */

import type { TruedyEvent } from './catalogue.js'

/** Replaces a masked value. */
const MASK = '[redacted]'

/**
 * Patterns for keys whose values are masked. A key is matched in lower case and without `_` and `-`. A token is a secret, but a
 * count of tokens (`billedSideInputTokens`) is not. Anyone who has a `joinUrl` can join the call.
 */
const SENSITIVE_KEYS = [
  /secret|passw|passphrase|token$|(access|auth|refresh|api|session)tokens$|apikey|privatekey|authorization|credential|cookie/,
  /^joinurl$/,
  /^(from|to|caller|callee|callerid|ani|dnis|tel|number|recipients?|destination)$|phone|mobile|msisdn|email/,
  /(from|to|caller|called|contact|customer|sip)number$|^(sipuri|sipuser|(sip)?username)$/,
  /prompt|instructions/,
]

/**
 * Patterns for sensitive parts of a string. The first group matches what is kept in front of such a part. No pattern uses
 * lookbehind, which older browsers don't support, and none takes more than linear time.
 */
const SENSITIVE_TEXTS = [
  // A phone number with its country code, or in the North American format.
  /()\+\d(?:[\s().-]{0,2}\d){6,14}/g,
  /(^|[^\w-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])/g,
  /\b((?:sips?|tel):)[^\s;,<>"']+/gi,
  // A secret of Truedy's, and credentials in an HTTP header.
  /\b()whsec_[\w+/=-]+/g,
  /\b((?:bearer|basic) )[\w.~+/=-]{8,}/gi,
  // The user name and password, and the query, of a string that is a URL.
  /^(\w{1,16}:\/\/)[^/?#\s]+(?=@)/,
  /^(\w{1,16}:\/\/[^?#]+\?).+$/s,
]

/**
 * Returns a copy of an event for logs. In the copy, these parts are `[redacted]`, wherever they occur:
 *
 * - by the name of their field: secrets, passwords and tokens (`webhookSecret`, `callbacks.*.secrets`,
 *   `medium.sip.outgoing.password`), phone numbers and addresses (`from`, `to`, `phone_number`, `email`), user names, prompts and
 *   instructions (`systemPrompt`), and `joinUrl`, with which anyone can join the call
 * - inside any string: secrets that start with `whsec_`, `Bearer` and `Basic` credentials, phone numbers, SIP addresses
 * - in a string that starts with a URL: its user name, password and query
 *
 * Everything else stays, including summaries and your own metadata. In metadata, fields with one of the names above are masked, too.
 *
 * @param event - a parsed event, which is not changed
 * @returns a copy of the same type, except that a masked number is a string. The copy is plain JSON: a value that JSON can't
 * hold, such as a function or a `Date`, becomes `[redacted]`. Never throws, and takes time in proportion to the size of the event
 *
 * @example
 * ```ts
 * import { parseEvent, redact } from 'truedy-webhooks'
 *
 * const data = { call_id: 'c1', to: '+15550100123', status: 'ended' }
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data })
 * console.log(redact(event).data.to) // [redacted]
 * ```
 */
export function redact<Event extends TruedyEvent>(event: Event): Event {
  // The copy has every field of the event. Only a masked number has another type: it is a string.
  return redactValue(event) as Event
}

/** Masks the sensitive parts of a string. */
export function redactText(text: string): string {
  return SENSITIVE_TEXTS.reduce((safe, pattern) => safe.replace(pattern, `$1${MASK}`), text)
}

/** An object or array to copy, and the copy, which is still empty. */
interface Task {
  readonly from: object
  readonly into: unknown[] | Record<string, unknown>
  /** True if all strings and numbers inside are masked. */
  readonly isSensitive: boolean
}

/** Copies and masks a value. Not recursive, because an event can nest deeper than the stack allows. */
function redactValue(root: unknown): unknown {
  const tasks: Task[] = []
  // Each object is copied at most twice: once masked, and once not. Otherwise, copying an object that contains itself would
  // never end.
  const copies = [new Map<object, Task['into']>(), new Map<object, Task['into']>()] as const

  const copyOf = (value: unknown, isSensitive: boolean): unknown => {
    if (typeof value === 'string') return isSensitive && value !== '' ? MASK : redactText(value)
    if (typeof value === 'number') return isSensitive ? MASK : value
    if (typeof value === 'boolean' || value === null || value === undefined) return value
    if (typeof value !== 'object') return MASK
    const seen = copies[isSensitive ? 1 : 0]
    const known = seen.get(value)
    if (known) return known
    const into = containerFor(value)
    if (into === undefined) return MASK
    seen.set(value, into)
    tasks.push({ from: value, into, isSensitive })
    return into
  }

  const copy = copyOf(root, false)
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    const { from, into, isSensitive } = task
    for (const [key, value] of entriesOf(from)) {
      if (Array.isArray(into)) into.push(copyOf(value, isSensitive))
      else if (key !== '__proto__') into[redactText(key)] = copyOf(value, isSensitive || isSensitiveKey(key))
    }
  }
  return copy
}

/** Returns an empty array or object to copy into, or `undefined` if the value is neither. */
function containerFor(value: object): Task['into'] | undefined {
  try {
    if (Array.isArray(value)) return []
    return Object.prototype.toString.call(value) === '[object Object]' ? {} : undefined
  } catch {
    // The value is a revoked proxy.
    return undefined
  }
}

/** Returns the fields of an object, or none if reading them throws. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  try {
    return Object.entries(value)
  } catch {
    return []
  }
}

function isSensitiveKey(key: string): boolean {
  const name = key.replace(/[_-]/g, '').toLowerCase()
  return SENSITIVE_KEYS.some((pattern) => pattern.test(name))
}
