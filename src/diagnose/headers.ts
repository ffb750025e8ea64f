/** Reads the two headers of a delivery: under which names, how often and in which form they arrived. */

import { toHex } from '../bytes.js'
import { parseTimestamp } from '../timestamp.js'
import { isSignature } from '../verify/delivery.js'
import { findHeaders, type HeadersInput } from '../verify/headers.js'
import { HEADER_NAMES, type HeaderNames, OLDER_HEADER_NAMES, SPELLED_HEADER_NAMES } from '../verify/wire.js'
import type { Finding } from './causes.js'
import { decodeBase64 } from './encodings.js'

/** The two headers as one string each, and what was noticed while they were read. */
export interface HeaderTexts {
  readonly timestamp: string
  /** 64 hexadecimal digits. If the header can't be read as a digest, its text, maybe trimmed and without a prefix. */
  readonly signature: string
  readonly findings: readonly Finding[]
}

const ULTRAVOX_HEADERS = {
  timestamp: 'x-ultravox-webhook-timestamp',
  signature: 'x-ultravox-webhook-signature',
}

/** Reads the two headers, or returns the findings that say why they can't be read. */
export function readHeaderTexts(
  headers: HeadersInput,
  names: HeaderNames | undefined,
): HeaderTexts | readonly Finding[] {
  const expectedNames = names ?? SPELLED_HEADER_NAMES
  const ours = findHeaders(headers, expectedNames)
  const older = findHeaders(headers, OLDER_HEADER_NAMES)
  const timestamp = ours[0] || older[0]
  const signature = ours[1] || older[1]
  if (!timestamp && !signature && findHeaders(headers, ULTRAVOX_HEADERS).some(Boolean)) {
    return [{ cause: 'ultravox_request' }]
  }
  if (!timestamp || !signature) {
    const missing = [
      ...(timestamp ? [] : [expectedNames.timestamp]),
      ...(signature ? [] : [expectedNames.signature]),
    ]
    const origin = names ? ' (from headerNames)' : ''
    const detail =
      missing.length === 1
        ? `The header ${missing[0]}${origin} is missing`
        : `The headers ${missing.join(' and ')}${origin} are missing`
    if (!findHeaders(headers, HEADER_NAMES).every(Boolean)) return [{ cause: 'headers_missing', detail }]
    // Truedy's own headers are there. Without `headerNames`, they would have been found above, so it is set.
    return [
      { cause: 'headers_missing', detail: `${detail}, but Truedy's own are there`, fix: HEADER_NAMES_FIX },
    ]
  }

  const isTimestampDoubled = isDoubled(timestamp, /,/, (each) => parseTimestamp(each) !== undefined)
  const isSignatureDoubled = isDoubled(signature, /[,\s]+/, isSignature)
  if (
    isTimestampDoubled ||
    isSignatureDoubled ||
    typeof timestamp !== 'string' ||
    typeof signature !== 'string'
  ) {
    const oneHeader = isTimestampDoubled ? 'The timestamp header' : 'The signature header'
    const detail = isTimestampDoubled && isSignatureDoubled ? 'Each of the two headers' : oneHeader
    return [{ cause: 'header_doubled', detail }]
  }
  const [hex, findings] = readDigest(signature)
  if (ours[0] && ours[1]) return { timestamp, signature: hex, findings }
  const olderNames = ours[0] || ours[1] ? MIXED_NAMES : OLDER_NAMES
  return { timestamp, signature: hex, findings: [...findings, olderNames] }
}

const HEADER_NAMES_FIX = 'Remove headerNames, or correct the names in it.'

const OLDER_NAMES: Finding = { cause: 'older_header_names', detail: 'The headers are' }

const MIXED_NAMES: Finding = {
  cause: 'older_header_names',
  detail: 'One of the two headers is',
  fix: 'Receivers reject a delivery whose two headers differ in spelling. Find what renames one of them.',
}

/** Longer than any header that holds a time or a digest, or several of them. Longer headers are not searched. */
const MAX_HEADER_LENGTH = 1000

/** Tells whether a header is a list, or one string of several values, each of them whole. */
function isDoubled(value: unknown, separator: RegExp, isWhole: (text: string) => boolean): boolean {
  if (typeof value !== 'string') return true
  if (value.length > MAX_HEADER_LENGTH) return false
  const values = value.split(separator).map((each) => each.trim())
  return values.length > 1 && values.every(isWhole)
}

const SPACED: Finding = {
  cause: 'signature_malformed',
  detail: 'has white space around its 64 digits',
  fix: 'Pass the header without it. HTTP parsers remove white space around a value, so it was added later: by your program, or by copying the value.',
}

/** Returns the signature, as hexadecimal digits if it can be read as a digest, and findings about its form. */
function readDigest(signature: string): readonly [hex: string, findings: readonly Finding[]] {
  if (signature.length > MAX_HEADER_LENGTH) return [signature, []]
  const [, prefix = '', digest = ''] = /^([\w-]+[=,:])?\s*(.*?)\s*$/s.exec(signature) ?? []
  // Base64 may end in "=", and must not be mistaken for a prefix with nothing behind it.
  const isPrefixed = prefix !== '' && digest !== ''
  const text = isPrefixed ? digest : signature.trim()
  const findings: Finding[] = isPrefixed ? [{ cause: 'digest_prefix' }] : []
  if (isSignature(text)) return [text, isPrefixed || text === signature ? findings : [SPACED]]
  const bytes = decodeBase64(text)
  if (bytes?.length !== 32) return [text, findings]
  return [toHex(bytes), [...findings, { cause: 'digest_base64' }]]
}
