/** Turns secrets into keys. Checks and encodes each once, because both take a good part of a verification's time. */

import { encodeUtf8 } from '../bytes.js'
import { describeValue } from '../checks.js'
import { WebhookError } from '../errors.js'

/** The endpoint's secret as the dashboard shows it, or up to 10 of them while one is being rotated. */
export type Secret = string | readonly string[]

/** A secret that was checked and encoded. */
export interface Key {
  /** The UTF-8 bytes of the secret as it stands; nothing is stripped or decoded (src/CONTRACT.md §2). */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The imported key of WebCrypto, once it was needed. Importing costs more than hashing a small body. */
  imported?: CryptoKey
  /** The two blocks of an HMAC, once they were needed. `outer` has room for the inner digest after its block. */
  pads?: { readonly innerPad: Uint8Array; readonly outer: Uint8Array }
}

/**
 * The cache keeps at least this many of the keys that were used last. A key is dropped once twice as many other keys have
 * been used since its last use, or earlier.
 */
const GENERATION_SIZE = 1000
let young = /* @__PURE__ */ new Map<unknown, Key>()
let old = /* @__PURE__ */ new Map<unknown, Key>()

/**
 * The keys of one or several secrets, in order.
 *
 * @throws WebhookError `invalid_secret`
 */
export function requireKeys(secret: Secret): readonly Key[] {
  if (!Array.isArray(secret)) return [requireKey(secret)]
  if (secret.length === 0) throw invalidSecret('The list of secrets is empty.')
  if (secret.length > MAX_SECRETS) {
    throw invalidSecret(
      `There are ${secret.length} secrets; at most ${MAX_SECRETS} are allowed. Remove the ones that are no longer in use.`,
    )
  }
  // `map` would skip the holes of a sparse array.
  return Array.from(secret, (each: unknown, index) => requireKey(each, index + 1, secret.length))
}

const MAX_SECRETS = 10

/**
 * The key of one secret.
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
  if (secret === undefined || secret === 'undefined') {
    throw invalid(`is missing. ${setIt}${count > 0 ? '' : IN_A_BUILD}`)
  }
  if (secret === null || secret === 'null') throw invalid(`is null. ${setIt}`)
  if (typeof secret !== 'string') {
    throw invalid(`must be a string (got ${describeValue(secret)}). Pass it as Truedy's dashboard shows it.`)
  }
  if (secret === '') throw invalid(`is an empty string. ${setIt}`)
  if (secret !== secret.trim()) {
    throw invalid(
      'has white space around it, such as a newline at the end of a file. Trim it where you read it.',
    )
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
    throw invalid(
      'contains "${": a variable was not expanded. Check the file that it comes from, or the quotes around it.',
    )
  }
  return secret
}

const SET_IT = 'Set TRUEDY_WEBHOOK_SECRET, or pass `secret`.'
const SET_IN_LIST = 'Set that secret, or leave it out of the list.'
const IN_A_BUILD =
  ' In a build or on Workers, pass a function: secret: (request, env) => env.TRUEDY_WEBHOOK_SECRET.'

function invalidSecret(message: string): WebhookError {
  return new WebhookError('invalid_secret', message)
}
