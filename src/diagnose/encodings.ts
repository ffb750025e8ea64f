/** Texts that stand for bytes, and back. */

/** The bytes of a base64 text, of either alphabet; `undefined` where it is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w+/-]+={0,2}$/.test(text)) return undefined
  try {
    return toSingleBytes(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    // A length that no base64 has.
    return undefined
  }
}

/** Bytes as base64, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** The bytes of hexadecimal digits; `undefined` where the text is something else. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[\da-f]{2})+$/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/**
 * The bytes of a text in which each character stands for one byte; `undefined` if a character does not.
 *
 * @param others - bytes of characters beyond Latin-1, where the character set has some
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
