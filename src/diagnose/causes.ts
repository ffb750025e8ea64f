/** The causes of a mismatch: their names, and the text of each. */

/** Why a signature does not match, as a stable name. */
export type DiagnosisCause = keyof typeof TEXTS

/** One cause that was found, with what is particular to this delivery. */
export interface Finding {
  readonly cause: DiagnosisCause
  /** Fills the gap in the explanation, where it has one. */
  readonly detail?: string
}

interface CauseText {
  /** What happened. */
  readonly explanation: (detail: string) => string
  /** What to do. */
  readonly fix: string
}

const USE_THE_SECRET_AS_IT_STANDS =
  "Use the secret exactly as Truedy's dashboard shows it: as text, whsec_ included, nothing decoded."
const KEEP_THE_BYTES =
  'Verify the bytes as they arrive, before anything parses, decodes or stores them (README, "The raw body").'
const SIGN_AS_TRUEDY =
  'This is not how Truedy signs. If the sender is yours, sign "<timestamp>.<body>" (signDelivery of truedy-webhooks/testing does).'

const TEXTS = {
  valid: {
    explanation: () => 'The signature matches, and the timestamp is fresh.',
    fix: 'Nothing to do. If your endpoint refuses this delivery, it sees another body, other headers or another secret than were given here.',
  },
  valid_but_old: {
    explanation: (by) =>
      `The signature matches, but the delivery is ${by} old, and receivers refuse it for that.`,
    fix: 'Was it captured, queued or replayed? Then give the time of its arrival as now. If it has just arrived, set the clock of this machine (NTP).',
  },
  valid_but_future: {
    explanation: (by) =>
      `The signature matches, but the timestamp lies ${by} ahead, and receivers refuse it for that.`,
    fix: 'Set the clock of this machine (NTP), or that of the sender, where the sender is yours.',
  },
  headers_missing: {
    explanation: (which) => `${which}.`,
    fix: 'Hand over request.headers as the framework gives them. If a proxy renames or drops these headers, let them through, or set headerNames. If nothing of them was sent, the request is not from Truedy.',
  },
  header_doubled: {
    explanation: (which) =>
      `${which} came more than once, or in a list, and which value counts cannot be known.`,
    fix: 'Find what adds the second: two proxies, a middleware that copies headers, or a replay tool. A list with one value has to be handed over as text.',
  },
  older_header_names: {
    explanation: () =>
      'The headers are spelled X-Trudy-… (without "e"), as Truedy\'s early sender did. The signature in them matches.',
    fix: 'truedy-webhooks takes both spellings, without headerNames. Code of your own has to look for both, too.',
  },
  ultravox_request: {
    explanation: () =>
      "This is a webhook of Ultravox itself, not one of Truedy's: it has X-Ultravox-Webhook-… headers and is signed in another way.",
    fix: 'In Ultravox, point the webhook elsewhere; in Truedy, set up one for this endpoint.',
  },
  timestamp_rewritten: {
    explanation: (form) =>
      `The timestamp header was read and written again on its way: it was signed as ${form}.`,
    fix: 'Let the header through as text. The signature covers its exact characters.',
  },
  timestamp_malformed: {
    explanation: (also) =>
      `The timestamp header is neither Unix seconds (digits only) nor ISO 8601, and receivers refuse it for that.${also}`,
    fix: 'If the sender is yours, send Unix seconds (milliseconds are another thing). Else find the proxy that changes this header.',
  },
  signature_malformed: {
    explanation: (what) =>
      `The signature header is not 64 hexadecimal digits, and receivers refuse it for that; ${what || 'what it may stand for does not match either'}.`,
    fix: 'Was it cut off when it was copied? Is it the header of another vendor? Truedy sends 64 digits, and nothing around them.',
  },
  secret_whitespace: {
    explanation: (what) =>
      `The secret has white space or invisible characters around it; ${what || 'without them, the signature matches'}.`,
    fix: 'Trim it where it is read: files end in a newline (printf %s instead of echo), pasted text often in a space.',
  },
  secret_quoted: {
    explanation: () =>
      'The secret stands in quotes that do not belong to it; without them, the signature matches.',
    fix: 'Take the quotes away where the secret is set. Docker (--env-file) and many dashboards keep them, shells do not.',
  },
  secret_prefix_missing: {
    explanation: () => 'The secret lacks its beginning: with whsec_ in front, the signature matches.',
    fix: USE_THE_SECRET_AS_IT_STANDS,
  },
  secret_prefix_extra: {
    explanation: () =>
      'The secret has a beginning that does not belong to it: without whsec_, the signature matches.',
    fix: USE_THE_SECRET_AS_IT_STANDS,
  },
  secret_base64_decoded: {
    explanation: () =>
      'Secret and key differ by a base64 decoding: one side has decoded it, and the other has not.',
    fix: `${USE_THE_SECRET_AS_IT_STANDS} Libraries for Standard Webhooks and Svix decode it, and do not fit.`,
  },
  secret_hex_decoded: {
    explanation: () =>
      'Secret and key differ by a hexadecimal decoding: one side has decoded it, and the other has not.',
    fix: `${USE_THE_SECRET_AS_IT_STANDS} 32 hexadecimal digits are 32 characters, not 16 bytes.`,
  },
  other_secret: {
    explanation: (which) => `It was signed with ${which}, not with the secret of this endpoint.`,
    fix: 'Each endpoint and each environment has a secret of its own: give this one its own, or all of them while they are being rotated.',
  },
  body_reserialised: {
    explanation: (form) =>
      `The body was parsed and serialised again on its way here. Signed was ${form}; what arrived has the same content in another spelling.`,
    fix: KEEP_THE_BYTES,
  },
  body_base64: {
    explanation: () =>
      'The body is still in base64, as gateways of serverless platforms hand it over; decoded, it matches.',
    fix: "Decode it where the event says isBase64Encoded: Buffer.from(event.body, 'base64').",
  },
  body_bom: {
    explanation: (what) =>
      `A byte order mark (EF BB BF) at the beginning of the body was ${what}. Otherwise it matches.`,
    fix: `${KEEP_THE_BYTES} Editors and PowerShell add such marks when they save, and text decoders remove them.`,
  },
  body_newline_added: {
    explanation: () => 'The body has a newline at its end that was not signed.',
    fix: `${KEEP_THE_BYTES} Editors, echo and many logs add a newline: for curl take --data-binary @file and a file without one.`,
  },
  body_newline_removed: {
    explanation: () => 'The body has lost the newline at its end that was signed.',
    fix: `${KEEP_THE_BYTES} Something trims it (curl --data, $(…) in a shell, trim() in a program).`,
  },
  body_line_endings: {
    explanation: (form) => `The line endings of the body were changed: signed was ${form}.`,
    fix: `${KEEP_THE_BYTES} Git (autocrlf), editors and transfers in text mode change them.`,
  },
  body_charset: {
    explanation: (what) => `The body was decoded or encoded with the wrong character set: ${what}.`,
    fix: `${KEEP_THE_BYTES} A body is bytes; where a text is needed, it is UTF-8 both ways.`,
  },
  body_empty: {
    explanation: () => 'The body is empty, and the signature is not that of an empty body.',
    fix: `Something has read it before: a parser, a middleware, a logger. ${KEEP_THE_BYTES}`,
  },
  body_buffer_json: {
    explanation: () =>
      'The body is a list of the numbers of its bytes, as JSON.stringify or String writes a Buffer. The bytes match.',
    fix: 'Pass the bytes themselves. In a test, give the client text instead of a Buffer (supertest: .send(body.toString())). To store or queue a body, write it as text.',
  },
  body_json_string: {
    explanation: () =>
      'The body is a JSON string that holds the JSON: it was serialized twice. Its text matches.',
    fix: 'Send or store the text as it is, without JSON.stringify.',
  },
  body_compressed: {
    explanation: (what) => `The body is compressed with ${what}.`,
    fix: 'Decompress it before you verify it, or turn off compression of requests in the proxy: Truedy signs the body that it sent.',
  },
  body_only: {
    explanation: () => 'Signed was the body alone, without the timestamp.',
    fix: SIGN_AS_TRUEDY,
  },
  timestamp_last: {
    explanation: () => 'Signed was the body followed by the timestamp, in the wrong order.',
    fix: `${SIGN_AS_TRUEDY} Ultravox's own webhooks are signed in this order.`,
  },
  separator: {
    explanation: (what) => `Between timestamp and body, ${what} was signed instead of a dot.`,
    fix: SIGN_AS_TRUEDY,
  },
  digest_base64: {
    explanation: () => 'The signature is the right digest, but in base64.',
    fix: 'Truedy sends hexadecimal digits. If the sender is yours, use digest("hex").',
  },
  digest_prefix: {
    explanation: () =>
      "The signature is the right digest, with another vendor's prefix in front (sha256=, v1=).",
    fix: 'Truedy sends the 64 digits alone. If the sender is yours, leave the prefix out; else find what adds it.',
  },
  sender_sorted_json: {
    explanation: () =>
      'The sender signed a sorted form of the JSON and sent another, as an early version of Truedy did. No check of the raw body can pass.',
    fix: 'Ask for an update of the sender. Until then, verify sortedJson(rawBody) of truedy-webhooks/diagnose, and go on with that text.',
  },
  unknown: {
    explanation: (leftOut) =>
      leftOut
        ? `Nothing that was tried explains it, but not everything was tried: ${leftOut}.`
        : 'Nothing that usually goes wrong explains it. Tried were the secret with and without white space, quotes, whsec_ and encodings; the body in other spellings of JSON, character sets, line ends, base64, JSON strings and compression; each of the one with each of the other; and other orders and spellings of what is signed.',
    fix: 'Most likely the secret is that of another endpoint or environment: copy it anew from the dashboard. Else the content of the body was changed: compare its length with the Content-Length that was sent.',
  },
} as const satisfies Record<string, CauseText>

/** What is said of one cause or several: the explanations, then the remedies, each once. */
export function describe(findings: readonly Finding[]): { explanation: string; fix: string } {
  const texts: readonly (CauseText & { detail: string })[] = findings.map(({ cause, detail = '' }) => ({
    ...TEXTS[cause],
    detail,
  }))
  return {
    explanation: texts.map(({ explanation, detail }) => explanation(detail)).join(' '),
    fix: [...new Set(texts.map(({ fix }) => fix))].join(' '),
  }
}
