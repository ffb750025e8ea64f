/** Converts between bytes and text that stands for them: base64, hexadecimal digits, one character per byte. */

/** Decodes base64 or base64url, with or without padding. Returns `undefined` for other text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w+/-]+={0,2}$/.test(text)) return undefined
  try {
    return toSingleBytes(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    // No base64 has this length.
    return undefined
  }
}

/** Encodes bytes as base64, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** Decodes hexadecimal digits in either case. Returns `undefined` for other text. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[\da-f]{2})+$/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/**
 * Encodes text in a single-byte character set, by default Latin-1. Returns `undefined` if it lacks one of the characters.
 *
 * @param others - the bytes of the characters that Latin-1 lacks
 */
export function toSingleBytes(
  text: string,
  others: ReadonlyMap<string, number> = new Map(),
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const byte = code > 0xff ? others.get(text[index] ?? '') : code
    if (byte === undefined) return undefined
    bytes[index] = byte
  }
  return bytes
}
