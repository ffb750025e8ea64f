/** Masks what does not belong in a log: secrets, passwords, phone numbers, prompts (src/CONTRACT.md §4). */

import type { TruedyEvent } from './catalogue.js'

/** Stands for what was masked. */
const MASK = '[redacted]'

/**
 * Keys whose values are masked, in lower case and without `_` and `-`. A token as such is a secret, but a count of tokens
 * (`billedSideInputTokens`) is not. Anyone who has a `joinUrl` can join the call.
 */
const SENSITIVE_KEYS = [
  /secret|passw|passphrase|token$|(access|auth|refresh|api|session)tokens$|apikey|privatekey|authorization|credential|cookie/,
  /^joinurl$/,
  /^(from|to|caller|callee|callerid|ani|dnis|tel|number|recipients?|destination)$|phone|mobile|msisdn|email/,
  /(from|to|caller|called|contact|customer|sip)number$|^sip(uri|user|username)$/,
  /prompt|instructions/,
]

/**
 * Patterns for sensitive parts of a text; the first group is what may stay in front of them. No pattern uses lookbehind,
 * which older browsers don't support, and none takes more than
 * linear time.
 */
const SENSITIVE_TEXTS = [
  // A phone number with its country code, or as it is written in North America.
  /()\+\d(?:[\s().-]{0,2}\d){6,14}/g,
  /(^|[^\w-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])/g,
  /\b((?:sips?|tel):)[^\s;,<>"']+/gi,
  // A secret of Truedy's, and one in a header.
  /\b()whsec_[\w+/=-]+/g,
  /\b((?:bearer|basic) )[\w.~+/=-]{8,}/gi,
  // The password and the query of a URL.
  /^(\w{1,16}:\/\/)[^/?#\s]+(?=@)/,
  /^(\w{1,16}:\/\/[^?#]+\?).+$/s,
]

/**
 * A copy of an event for logs, in which these are `[redacted]`, wherever they are in the event:
 *
 * - secrets, passwords and tokens, by the name of their field (`webhookSecret`, `callbacks.*.secrets`, `medium.sip.outgoing.password`),
 *   and each text that starts with `whsec_`
 * - phone numbers and addresses, by the name of their field (`from`, `to`, `phone_number`, `email`), and phone numbers and SIP
 *   addresses inside any text
 * - prompts and instructions (`systemPrompt`)
 * - `joinUrl`, with which anyone can join the call, and the password and query of other URLs
 *
 * Summaries and your own metadata stay, apart from the phone numbers in them.
 *
 * @param event - a parsed event, which stays as it is
 * @returns a copy of the same type. It is plain JSON; anything in the event that is not plain JSON becomes `[redacted]`. It
 * never throws, and
 * takes time in proportion to the size of the event
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
  // The copy has every field of the event, and texts where there were texts.
  return redactValue(event) as Event
}

/** A text without its sensitive parts. */
export function redactText(text: string): string {
  return SENSITIVE_TEXTS.reduce((safe, pattern) => safe.replace(pattern, `$1${MASK}`), text)
}

/** A container to copy into, and what to copy. */
interface Task {
  readonly from: object
  readonly into: unknown[] | Record<string, unknown>
  /** True if everything inside is masked. */
  readonly isSensitive: boolean
}

/** Masks without recursion, because an event can nest deeper than the stack. */
function redactValue(root: unknown): unknown {
  const tasks: Task[] = []
  // An object that occurs several times is copied at most twice (once masked, once not). Otherwise, copying an object that
  // contains itself would never end.
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

/** An empty array or object for a copy; `undefined` for what is neither. */
function containerFor(value: object): Task['into'] | undefined {
  try {
    if (Array.isArray(value)) return []
    return Object.prototype.toString.call(value) === '[object Object]' ? {} : undefined
  } catch {
    // A proxy that was revoked.
    return undefined
  }
}

/** The fields of an object; none if reading them throws. */
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
