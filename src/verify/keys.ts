/** Secrets → keys: checked and encoded once, since both take a good part of the time of a whole verification. */

import { WebhookError } from '../errors.js'
import { isText } from '../json.js'

/** The endpoint's secret as the dashboard shows it, or up to 10 of them while one is being rotated. */
export type Secret = string | readonly string[]

/** A secret, made ready. */
export interface Key {
  /** The UTF-8 bytes of the secret as it stands; nothing is stripped or decoded (src/CONTRACT.md §2). */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The same for WebCrypto, once it was needed: importing costs more than hashing a small body. */
  imported?: CryptoKey
  /** Its two blocks of an HMAC, once they were needed; `outer` has room for the inner digest behind its block. */
  pads?: { readonly innerPad: Uint8Array; readonly outer: Uint8Array }
}

// A program has few secrets; one that has many starts over from time to time.
const MAX_CACHED_KEYS = 100
const keys = /* @__PURE__ */ new Map<unknown, Key>()

/**
 * The keys of one or several secrets, in order.
 *
 * @throws WebhookError `invalid_secret`
 */
export function requireKeys(secret: Secret): readonly Key[] {
  if (!Array.isArray(secret)) return [requireKey(secret)]
  if (secret.length === 0 || secret.length > 10) throw unusable()
  // Not map, which passes over holes.
  return Array.from(secret, requireKey)
}

/** The key of one secret. Throws `invalid_secret`. */
export function requireKey(secret: unknown): Key {
  const known = keys.get(secret)
  if (known) return known
  if (!isText(secret) || secret !== secret.trim()) throw unusable()
  if (keys.size >= MAX_CACHED_KEYS) keys.clear()
  const key: Key = { bytes: new TextEncoder().encode(secret) }
  keys.set(secret, key)
  return key
}

function unusable(): WebhookError {
  return new WebhookError(
    'invalid_secret',
    'No usable secret: set TRUEDY_WEBHOOK_SECRET, or pass 1 to 10 strings, no space or newline around.',
  )
}
