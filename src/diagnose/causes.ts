/** The causes of a mismatch: their names and texts. */

/** Why a signature does not match, as a stable name. */
export type DiagnosisCause = keyof typeof TEXTS

/** A cause that was found, with the detail of this delivery. */
export interface Finding {
  readonly cause: DiagnosisCause
  /** Fills the gap in the explanation, if it has one. */
  readonly detail?: string
}

interface CauseText {
  /** Says what happened. */
  readonly explanation: (detail: string) => string
  /** Says what to do. */
  readonly fix: string
}

const USE_THE_SECRET_AS_IT_STANDS =
  "Use the secret exactly as Truedy's dashboard shows it: as text, with whsec_, and without decoding it."
const KEEP_THE_BYTES =
  'Verify the bytes as they arrive, before anything parses, decodes or stores them (README, "Your framework").'
const SIGN_AS_TRUEDY =
  'Truedy doesn\'t sign like this. If the sender is yours, sign "<timestamp>.<body>", as signDelivery of truedy-webhooks/testing does.'

const TEXTS = {
  valid: {
    explanation: () => 'The signature matches, and the timestamp is fresh.',
    fix: 'There is nothing to fix. If your endpoint rejects this delivery, it sees a different body, different headers or a different secret.',
  },
  valid_but_old: {
    explanation: (by) => `The signature matches, but the delivery is ${by} old, so receivers reject it.`,
    fix: "If it was captured, queued or replayed, set the option `now` to a function that returns the time of its arrival. If it has just arrived, set this machine's clock with NTP.",
  },
  valid_but_future: {
    explanation: (by) => `The signature matches, but the timestamp is ${by} ahead, so receivers reject it.`,
    fix: "Set this machine's clock with NTP. If the sender is yours, check its clock too.",
  },
  headers_missing: {
    explanation: (which) => `${which}.`,
    fix: "Pass the request's headers as the framework has them. If a proxy renames or drops these headers, let them through or set headerNames. If they were never sent, the request isn't from Truedy.",
  },
  header_doubled: {
    explanation: (which) => `${which} came more than once or in a list, so nobody knows which value counts.`,
    fix: 'Find what adds the second value: two proxies, a middleware that copies headers, or a replay tool.',
  },
  older_header_names: {
    explanation: () =>
      'The headers are spelled X-Trudy-… (without "e"), as Truedy\'s early sender did. The signature in them matches.',
    fix: 'truedy-webhooks accepts both spellings, without headerNames. Your own code must look for both, too.',
  },
  ultravox_request: {
    explanation: () =>
      "This is a webhook of Ultravox and not one of Truedy's: it has X-Ultravox-Webhook-… headers and is signed differently.",
    fix: 'In Ultravox, point the webhook elsewhere. In Truedy, set up a webhook for this endpoint.',
  },
  timestamp_rewritten: {
    explanation: (form) =>
      `Something parsed the timestamp header and wrote it again: it was signed as ${form}.`,
    fix: 'Pass the header on as text. The signature covers its exact characters.',
  },
  timestamp_malformed: {
    explanation: (also) =>
      `The timestamp header is neither Unix seconds (digits only) nor ISO 8601, so receivers reject it.${also}`,
    fix: 'If the sender is yours, send Unix seconds, not milliseconds. Otherwise find the proxy that changes this header.',
  },
  signature_malformed: {
    explanation: (what) =>
      `The signature header is not 64 hexadecimal digits, so receivers reject it. ${what || 'Read in another form (base64, or with a prefix), it does not match either'}.`,
    fix: "Check that it wasn't cut off and that it isn't another vendor's header. Truedy sends 64 digits and nothing around them.",
  },
  secret_whitespace: {
    explanation: (what) =>
      `The secret has white space or invisible characters around it; ${what || 'without them, the signature matches'}.`,
    fix: 'Trim it where you read it. Files end in a newline (use printf %s instead of echo), and pasted text often ends in a space.',
  },
  secret_quoted: {
    explanation: () => "The secret is in quotes that aren't part of it; without them, the signature matches.",
    fix: 'Remove the quotes where the secret is set. Docker (--env-file) and many dashboards keep quotes; shells remove them.',
  },
  secret_prefix_missing: {
    explanation: () => 'The secret lacks its beginning; with whsec_ in front, the signature matches.',
    fix: USE_THE_SECRET_AS_IT_STANDS,
  },
  secret_prefix_extra: {
    explanation: () =>
      "The secret starts with whsec_, which isn't part of it; without it, the signature matches.",
    fix: USE_THE_SECRET_AS_IT_STANDS,
  },
  secret_base64_decoded: {
    explanation: () => 'One side base64-decoded the secret, and the other side did not.',
    fix: `${USE_THE_SECRET_AS_IT_STANDS} Libraries for Standard Webhooks and Svix decode it, so they can't verify Truedy's deliveries.`,
  },
  secret_hex_decoded: {
    explanation: () => 'One side decoded the secret as hexadecimal, and the other side did not.',
    fix: `${USE_THE_SECRET_AS_IT_STANDS} 32 hexadecimal digits are 32 characters, not 16 bytes.`,
  },
  other_secret: {
    explanation: (which) => `It was signed with ${which}, not with the secret of this endpoint.`,
    fix: 'Each endpoint and each environment has its own secret. Give this endpoint its own secret, or, during a rotation, both its old and its new one.',
  },
  body_reserialized: {
    explanation: (form) =>
      `The body was parsed and re-serialized on its way here. The signed text was ${form}; the text that arrived has the same content in a different form.`,
    fix: KEEP_THE_BYTES,
  },
  body_base64: {
    explanation: () => 'The body is still base64, as serverless gateways pass it on; decoded, it matches.',
    fix: "Decode it if the event says isBase64Encoded: Buffer.from(event.body, 'base64').",
  },
  body_bom: {
    explanation: (what) =>
      `A byte order mark (EF BB BF) at the start of the body was ${what}. Otherwise it matches.`,
    fix: `${KEEP_THE_BYTES} Editors and PowerShell add such marks when they save, and text decoders remove them.`,
  },
  body_newline_added: {
    explanation: () => 'The body ends in a newline that was not signed.',
    fix: `${KEEP_THE_BYTES} Editors, echo and many logs add a newline. With curl, use --data-binary @file and a file without one.`,
  },
  body_newline_removed: {
    explanation: () => 'The body lost the newline at its end, which was signed.',
    fix: `${KEEP_THE_BYTES} Something trims it: curl --data, $(…) in a shell, or trim() in a program.`,
  },
  body_line_endings: {
    explanation: (form) => `The line endings of the body changed: the signed text had ${form}.`,
    fix: `${KEEP_THE_BYTES} Git (autocrlf), editors and transfers in text mode change them.`,
  },
  body_charset: {
    explanation: (what) => `The body was decoded or encoded with the wrong character set: ${what}.`,
    fix: `${KEEP_THE_BYTES} A body is bytes. If you need text, use UTF-8 in both directions.`,
  },
  body_empty: {
    explanation: () => 'The body is empty, and the signature is not that of an empty body.',
    fix: `Something read it before: a parser, a middleware or a logger. ${KEEP_THE_BYTES}`,
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
    fix: 'Decompress it before you verify it, or turn off compression of requests in the proxy. Truedy signs the body that it sent.',
  },
  body_only: {
    explanation: () => 'The sender signed the body alone, without the timestamp.',
    fix: SIGN_AS_TRUEDY,
  },
  timestamp_last: {
    explanation: () => 'The sender signed the body followed by the timestamp, which is the wrong order.',
    fix: `${SIGN_AS_TRUEDY} Ultravox's own webhooks are signed in this order.`,
  },
  separator: {
    explanation: (what) => `The sender signed ${what} between timestamp and body instead of a dot.`,
    fix: SIGN_AS_TRUEDY,
  },
  digest_base64: {
    explanation: () => 'The signature is the right digest, but in base64.',
    fix: 'Truedy sends hexadecimal digits. If the sender is yours, use digest("hex").',
  },
  digest_prefix: {
    explanation: () => "The signature is the right digest, but with another vendor's prefix (sha256=, v1=).",
    fix: 'Truedy sends the 64 digits alone. If the sender is yours, leave the prefix out. Otherwise find what adds it.',
  },
  sender_sorted_json: {
    explanation: () =>
      'The sender signed a sorted form of the JSON and sent a different one, as an early version of Truedy did. No check of the raw body can pass.',
    fix: 'Ask for an update of the sender. Until then, verify sortedJson(rawBody) of truedy-webhooks/diagnose, and use that text from there on.',
  },
  unknown: {
    explanation: (leftOut) =>
      leftOut
        ? `None of the mistakes that were tried explains it, but not everything was tried: ${leftOut}.`
        : 'None of the usual mistakes explains it. These were tried: variants of the secret (white space, quotes, whsec_, encodings), variants of the body (other forms of JSON, character sets, line endings, base64, JSON strings, compression), each variant of the secret with each variant of the body, and other orders and formats of the signed text.',
    fix: 'The secret is probably that of another endpoint or environment: copy it from the dashboard again, or try your other secrets with --other-secret (in code, otherSecrets). If it is right, the content of the body changed: compare its length with the Content-Length that was sent.',
  },
} as const satisfies Record<string, CauseText>

/** Describes one cause or several: the explanations, then the fixes, each once. */
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
