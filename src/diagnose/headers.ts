/** Reads the two headers of a rejected delivery: under which names they stand, how often, and in which form. */

import { toHex } from '../bytes.js'
import { parseTimestamp } from '../timestamp.js'
import { isSignature } from '../verify/delivery.js'
import { findHeaders, type HeadersInput } from '../verify/headers.js'
import { HEADER_NAMES, type HeaderNames, OLDER_HEADER_NAMES } from '../verify/wire.js'
import type { Finding } from './causes.js'
import { decodeBase64 } from './encodings.js'

/** The two headers as one text each, and what was noticed on the way to them. */
export interface HeaderTexts {
  readonly timestamp: string
  /** 64 hexadecimal digits, or whatever else the header has. */
  readonly signature: string
  readonly findings: readonly Finding[]
}

const ULTRAVOX_HEADERS = {
  timestamp: 'x-ultravox-webhook-timestamp',
  signature: 'x-ultravox-webhook-signature',
}

/** The two headers as texts, or the findings that say why they can't be read. */
export function readHeaderTexts(
  headers: HeadersInput,
  names: HeaderNames | undefined,
): HeaderTexts | readonly Finding[] {
  const [ours, older] = [
    findHeaders(headers, names ?? HEADER_NAMES),
    findHeaders(headers, OLDER_HEADER_NAMES),
  ]
  const timestamp = ours[0] || older[0]
  const signature = ours[1] || older[1]
  if (!timestamp && !signature && findHeaders(headers, ULTRAVOX_HEADERS).some(Boolean)) {
    return [{ cause: 'ultravox_request' }]
  }
  if (!timestamp || !signature) {
    // Only possible with `headerNames`: without it, these names were looked for.
    const isThere = findHeaders(headers, HEADER_NAMES).every(Boolean)
    const hint = isThere
      ? " (not under the names that headerNames gives; under Truedy's own they are there)"
      : ''
    return [{ cause: 'headers_missing', detail: missing(timestamp, signature) + hint }]
  }

  const isTimestampDoubled = isDoubled(timestamp, /,/, (each) => parseTimestamp(each) !== undefined)
  const isSignatureDoubled = isDoubled(signature, /[,\s]+/, isSignature)
  if (
    isTimestampDoubled ||
    isSignatureDoubled ||
    typeof timestamp !== 'string' ||
    typeof signature !== 'string'
  ) {
    const one = isTimestampDoubled ? 'The timestamp header' : 'The signature header'
    const detail = isTimestampDoubled && isSignatureDoubled ? 'Each of the two headers' : one
    return [{ cause: 'header_doubled', detail }]
  }
  const isOlder = !ours[0] || !ours[1]
  const [hex, findings] = readDigest(signature)
  return {
    timestamp,
    signature: hex,
    findings: isOlder ? [...findings, { cause: 'older_header_names' }] : findings,
  }
}

function missing(timestamp: unknown, signature: unknown): string {
  if (timestamp) return 'The signature header (X-Truedy-Signature) is missing'
  if (signature) return 'The timestamp header (X-Truedy-Timestamp) is missing'
  return 'Both headers (X-Truedy-Timestamp, X-Truedy-Signature) are missing'
}

/** Longer than every header that stands for a time or a digest, or for several. Nothing is looked for in a longer one. */
const MAX_HEADER_LENGTH = 1000

/** A list, or several values in one text, each of them whole. */
function isDoubled(value: unknown, separator: RegExp, isWhole: (text: string) => boolean): boolean {
  if (typeof value !== 'string') return true
  if (value.length > MAX_HEADER_LENGTH) return false
  const values = value.split(separator).map((each) => each.trim())
  return values.length > 1 && values.every(isWhole)
}

const SPACED: Finding = {
  cause: 'signature_malformed',
  detail: 'Without the white space around it, it matches',
}

/** The signature as hexadecimal digits if it can be read as such, and the form in which it came. */
function readDigest(signature: string): readonly [hex: string, findings: readonly Finding[]] {
  if (signature.length > MAX_HEADER_LENGTH) return [signature, []]
  const [, prefix = '', digest = ''] = /^([\w-]+[=,:])?\s*(.*?)\s*$/s.exec(signature) ?? []
  // A base64 text may end in "=", and must not pass for a prefix with nothing behind it.
  const isPrefixed = prefix !== '' && digest !== ''
  const text = isPrefixed ? digest : signature.trim()
  const findings: Finding[] = isPrefixed ? [{ cause: 'digest_prefix' }] : []
  if (isSignature(text)) return [text, isPrefixed || text === signature ? findings : [SPACED]]
  const bytes = decodeBase64(text)
  if (bytes?.length !== 32) return [text, findings]
  return [toHex(bytes), [...findings, { cause: 'digest_base64' }]]
}
