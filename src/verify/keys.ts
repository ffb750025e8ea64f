/** Turns secrets into keys. Checks and encodes each once, because both take a good part of a verification's time. */

import { encodeUtf8 } from '../bytes.js'
import { describeValue } from '../checks.js'
import { WebhookError } from '../errors.js'
import { isText } from '../json.js'

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

/** The cache keeps at least this many keys. It drops a key that was not used while twice as many others were. */
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
  return Array.from(secret, (each: unknown, index) => {
    if (isText(each)) return requireKey(each)
    throw invalidSecret(
      `Secret ${index + 1} of ${secret.length} is ${describeValue(each)}. Set that secret, or leave it out of the list.`,
    )
  })
}

const MAX_SECRETS = 10

/** The key of one secret. Throws `invalid_secret`. */
export function requireKey(secret: unknown): Key {
  const known = young.get(secret)
  if (known) return known
  const key = old.get(secret) ?? { bytes: encodeUtf8(requireUsable(secret)) }
  if (young.size >= GENERATION_SIZE) {
    old = young
    young = new Map()
  }
  young.set(secret, key)
  return key
}

/** Rejects a secret that can only be a mistake. There is no minimum length, because tests use short secrets. */
function requireUsable(secret: unknown): string {
  if (secret === undefined || secret === 'undefined') throw invalidSecret(MISSING)
  if (secret === null || secret === 'null') throw invalidSecret(`The secret is null. ${SET_IT}`)
  if (typeof secret !== 'string') {
    throw invalidSecret(
      `The secret must be a string (got ${describeValue(secret)}). Pass it as Truedy's dashboard shows it.`,
    )
  }
  if (secret === '') throw invalidSecret(`The secret is an empty string. ${SET_IT}`)
  if (secret !== secret.trim()) {
    throw invalidSecret(
      'The secret has white space around it, such as a newline at the end of a file. Trim it where you read it.',
    )
  }
  if (secret === '[object Object]') {
    throw invalidSecret(
      'The secret is "[object Object]": an object was converted to a string. Pass the field that holds the secret.',
    )
  }
  if (secret === 'whsec_') {
    throw invalidSecret('The secret is only its prefix, "whsec_". Copy all of it from Truedy\'s dashboard.')
  }
  if (secret.includes('${')) {
    throw invalidSecret(
      'The secret contains "${": a variable was not expanded. Check the file or the quotes that it comes from.',
    )
  }
  return secret
}

const SET_IT = 'Set TRUEDY_WEBHOOK_SECRET, or pass `secret`.'
const MISSING = `The secret is missing. ${SET_IT} In a build or on Workers, pass a function: secret: (request, env) => env.TRUEDY_WEBHOOK_SECRET.`

function invalidSecret(message: string): WebhookError {
  return new WebhookError('invalid_secret', message)
}
