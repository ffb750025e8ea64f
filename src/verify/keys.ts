/**
 * Turns secrets into keys. A cache keeps the keys that were used last, because checking and encoding a secret takes a good part of
 * the time of a verification.
 */

import { encodeUtf8 } from '../bytes.js'
import { describeValue } from '../checks.js'
import { WebhookError } from '../errors.js'

/** The endpoint's secret as the dashboard shows it, or up to 10 secrets during a rotation. */
export type Secret = string | readonly string[]

/** A secret that was checked and encoded. */
export interface Key {
  /** The UTF-8 bytes of the whole secret. Nothing is stripped or decoded (src/CONTRACT.md §2). */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The key as WebCrypto imported it, after its first use. Importing costs more than hashing a small body. */
  imported?: CryptoKey
  /** The two blocks of an HMAC, after their first use. `outer` has room for the inner digest after its block. */
  pads?: { readonly innerPad: Uint8Array; readonly outer: Uint8Array }
}

/**
 * The cache has two generations of up to this many keys. A key that is used moves to the young one. When the young one is full, it
 * replaces the old one, whose keys are dropped. So at least this many of the most recently used keys are kept.
 */
const GENERATION_SIZE = 1000
let young = /* @__PURE__ */ new Map<unknown, Key>()
let old = /* @__PURE__ */ new Map<unknown, Key>()

/**
 * Returns the keys of one or several secrets, in order.
 *
 * @throws WebhookError `invalid_secret`
 */
export function requireKeys(secret: Secret): readonly Key[] {
  if (!Array.isArray(secret)) return [requireKey(secret)]
  if (secret.length === 0) throw invalidSecret('The list of secrets is empty. Pass at least one.')
  if (secret.length > MAX_SECRETS) {
    throw invalidSecret(
      `There are ${secret.length} secrets; at most ${MAX_SECRETS} are allowed. Remove old ones.`,
    )
  }
  // `map` would skip the holes of a sparse array.
  return Array.from(secret, (each: unknown, index) => requireKey(each, index + 1, secret.length))
}

const MAX_SECRETS = 10

/**
 * Returns the key of one secret.
 *
 * @param number - its number in a list, from 1, for the message
 * @param count - the length of the list; 0 if there is none
 * @throws WebhookError `invalid_secret`
 */
export function requireKey(secret: unknown, number = 0, count = 0): Key {
  const known = young.get(secret)
  if (known) return known
  const key = old.get(secret) ?? { bytes: encodeUtf8(requireUsable(secret, number, count)) }
  if (young.size >= GENERATION_SIZE) {
    old = young
    young = new Map()
  }
  young.set(secret, key)
  return key
}

/** Rejects a secret that can only be a mistake. There is no minimum length, because tests use short secrets. */
function requireUsable(secret: unknown, number: number, count: number): string {
  const [name, setIt] = count > 0 ? [`Secret ${number} of ${count}`, SET_IN_LIST] : ['The secret', SET_IT]
  const invalid = (fault: string) => invalidSecret(`${name} ${fault}`)
  if (secret === undefined) throw invalid(`is missing. ${setIt}`)
  if (secret === null) throw invalid(`is null. ${setIt}`)
  if (secret === 'undefined' || secret === 'null') throw invalid(`is the string "${secret}". ${setIt}`)
  if (typeof secret !== 'string') {
    throw invalid(`must be a string (got ${describeValue(secret)}). Pass it as Truedy's dashboard shows it.`)
  }
  if (secret === '') throw invalid(`is an empty string. ${setIt}`)
  if (secret !== secret.trim()) {
    throw invalid('has white space around it, such as a newline from a file. Trim the secret.')
  }
  if (secret === '[object Object]') {
    throw invalid(
      'is "[object Object]": an object was converted to a string. Pass the field that holds the secret.',
    )
  }
  if (secret === 'whsec_') {
    throw invalid('is only its prefix, "whsec_". Copy all of it from Truedy\'s dashboard.')
  }
  if (secret.includes('${')) {
    throw invalid('contains "${": a variable was not expanded. Check the quotes where the secret is set.')
  }
  return secret
}

const SET_IT = 'Set TRUEDY_WEBHOOK_SECRET, or pass `secret`.'
const SET_IN_LIST = 'Set that secret, or leave it out of the list.'

/** Creates the error for a secret that is missing or obviously wrong. */
export function invalidSecret(message: string): WebhookError {
  return new WebhookError('invalid_secret', message)
}
