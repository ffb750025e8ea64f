/** Guesses which secret signed, before something changed it. */

import { encodeUtf8, toHex } from '../bytes.js'
import type { Key } from '../verify/keys.js'
import type { Finding } from './causes.js'
import { decodeBase64, decodeHex, encodeBase64, toSingleBytes } from './encodings.js'

/** A key that may have signed. */
export interface KeyGuess {
  readonly key: Key
  /** What is wrong if this key signed; `undefined` for a secret as given. */
  readonly finding?: Finding
}

/** White space and other invisible characters: zero-width characters, NUL and the byte order mark. */
const INVISIBLE = '[\\s\\u200b-\\u200d\\u2060\\ufeff\\u0000]'
const AROUND = new RegExp(`^${INVISIBLE}+|${INVISIBLE}+$`, 'g')
const QUOTED = /^(["'`])(.*)\1$|^[“„‘](.*)[”“’]$/s
const PREFIX = 'whsec_'

/** Returns the secrets as given, then everything that they may have been before something changed them, each key once. */
export function guessKeys(secrets: readonly string[], otherSecrets: readonly string[]): readonly KeyGuess[] {
  const guesses = new Map<string, KeyGuess>()
  function add(bytes: Uint8Array<ArrayBuffer>, finding?: Finding): void {
    const name = bytes.join()
    // WebCrypto rejects an empty key, and nobody signs with one.
    if (bytes.length > 0 && !guesses.has(name))
      guesses.set(name, finding ? { key: { bytes }, finding } : { key: { bytes } })
  }

  for (const secret of secrets) {
    add(encodeUtf8(secret), secret === secret.trim() ? undefined : WHITESPACE_ON_BOTH_SIDES)
  }
  for (const secret of secrets) addVariants(secret, add)
  for (const [index, secret] of otherSecrets.entries()) {
    const which =
      otherSecrets.length === 1 ? 'the other secret' : `other secret ${index + 1} of ${otherSecrets.length}`
    add(encodeUtf8(secret.replace(AROUND, '')), { cause: 'other_secret', detail: which })
  }
  return [...guesses.values()]
}

/** The sender signed with the same white space. Receivers reject such a secret. */
const WHITESPACE_ON_BOTH_SIDES: Finding = {
  cause: 'secret_whitespace',
  detail: ', and the sender signed with them. Receivers reject such a secret',
  isAsSigned: true,
  fix: 'Trim it on both sides: where the sender reads it, and where you do.',
}

function addVariants(given: string, add: (bytes: Uint8Array<ArrayBuffer>, finding: Finding) => void): void {
  const trimmed = given.replace(AROUND, '')
  add(encodeUtf8(trimmed), { cause: 'secret_whitespace' })
  const [, , straight, curly] = QUOTED.exec(trimmed) ?? []
  const secret = (straight ?? curly ?? trimmed).replace(AROUND, '')
  add(encodeUtf8(secret), { cause: 'secret_quoted' })

  const hasPrefix = secret.startsWith(PREFIX)
  const rest = hasPrefix ? secret.slice(PREFIX.length) : secret
  add(encodeUtf8(PREFIX + rest), { cause: 'secret_prefix_missing' })
  add(encodeUtf8(rest), { cause: 'secret_prefix_extra' })

  // Either the sender decoded the secret before it signed, or someone decoded the secret before storing it here. So try
  // its decoded form, and its encoded form.
  const fromBase64 = decodeBase64(rest)
  if (fromBase64) add(fromBase64, { cause: 'secret_base64_decoded' })
  const fromHex = decodeHex(rest)
  if (fromHex) add(fromHex, { cause: 'secret_hex_decoded' })
  for (const bytes of [encodeUtf8(secret), toSingleBytes(secret)]) {
    if (!bytes) continue
    const base64 = encodeBase64(bytes)
    for (const text of [base64, base64.replace(/=+$/, '')]) {
      add(encodeUtf8(PREFIX + text), { cause: 'secret_base64_decoded' })
      add(encodeUtf8(text), { cause: 'secret_base64_decoded' })
    }
    const hex = toHex(bytes)
    add(encodeUtf8(PREFIX + hex), { cause: 'secret_hex_decoded' })
    add(encodeUtf8(hex), { cause: 'secret_hex_decoded' })
  }
}
