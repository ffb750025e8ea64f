/** What a diagnosis can find: the names of the causes, and their texts. */

/** What a diagnosis found, as a stable name. */
export type DiagnosisCause = keyof typeof TEXTS

/** A cause that was found in a delivery. */
export interface Finding {
  readonly cause: DiagnosisCause
  /** Fills the gap in the explanation, if it has one. */
  readonly detail?: string
  /** True if the sender signed with the same fault. The signature then matches only with the fault. */
  readonly isAsSigned?: boolean
  /** Replaces the fix of the cause, if this delivery needs another one. */
  readonly fix?: string
}

interface CauseText {
  /** Says what happened. */
  readonly explanation: (detail: string) => string
  /** Says that the signature matches apart from this cause. It is true only if the cause is the only one. */
  readonly proof?: string
  /** Says what to do. */
  readonly fix: string
}

const USE_THE_SECRET_AS_IT_STANDS =
  "Use the secret exactly as Truedy's dashboard shows it: as text, with whsec_ if it is there, and without decoding it."
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
    fix: "If it was captured, queued or replayed, there is nothing to fix. (To verify it in code anyway, pass the option `now`, a function that returns the time of its arrival.) If it has just arrived, set this machine's clock with NTP.",
  },
  valid_but_future: {
    explanation: (by) => `The signature matches, but the timestamp is ${by} ahead, so receivers reject it.`,
    fix: "Set this machine's clock with NTP. If the sender is yours, check its clock too.",
  },
  headers_missing: {
    explanation: (which) => `${which}.`,
    fix: "Pass the request's headers as the framework has them. If a proxy drops these headers, let them through; if it renames them, set headerNames. If they were never sent, the request isn't from Truedy.",
  },
  header_doubled: {
    explanation: (which) =>
      `${which} arrived more than once or as a list, so it is unclear which value counts.`,
    fix: 'Find what adds the second value: two proxies, a middleware that copies headers, or a replay tool.',
  },
  older_header_names: {
    explanation: (which) =>
      `${which} spelled X-Trudy-… (without "e"), the spelling of Truedy's early sender.`,
    proof: 'The signature matches.',
    fix: "truedy-webhooks accepts both spellings if you don't set headerNames. Your own code must accept both, too.",
  },
  ultravox_request: {
    explanation: () =>
      "This is one of Ultravox's own webhooks, not one of Truedy's: it has X-Ultravox-Webhook-… headers and is signed differently.",
    fix: 'In Ultravox, point the webhook elsewhere. In Truedy, set up a webhook for this endpoint.',
  },
  timestamp_rewritten: {
    explanation: (form) =>
      `Something parsed the timestamp header and wrote it in another form. The sender signed it as ${form}.`,
    fix: 'Pass the header on as a string. The signature covers its exact characters.',
  },
  timestamp_malformed: {
    explanation: (also) =>
      `The timestamp header is neither Unix seconds (digits only) nor ISO 8601, so receivers reject it.${also}`,
    fix: 'If the sender is yours, send Unix seconds, not milliseconds. Otherwise, find what changes this header, such as a proxy.',
  },
  signature_malformed: {
    explanation: (what) =>
      `The signature header ${what || "is not 64 hexadecimal digits. Decoded as base64, or with a prefix or white space removed, it still doesn't match"}.`,
    proof: 'Without it, the signature matches.',
    fix: "Check that it wasn't cut off and that it isn't another vendor's header. Truedy sends 64 digits and nothing around them.",
  },
  secret_whitespace: {
    explanation: (also) => `The secret has white space or invisible characters around it${also}.`,
    proof: 'Without them, the signature matches.',
    fix: 'Trim it where you read it. Files end in a newline (use printf %s instead of echo), and pasted text often ends in a space.',
  },
  secret_quoted: {
    explanation: () => "The secret is in quotes that aren't part of it.",
    proof: 'Without them, the signature matches.',
    fix: 'Remove the quotes where the secret is set. Docker (--env-file) and many dashboards keep quotes; shells remove them.',
  },
  secret_prefix_missing: {
    explanation: () => 'The secret lacks its prefix, whsec_.',
    proof: 'With it, the signature matches.',
    fix: USE_THE_SECRET_AS_IT_STANDS,
  },
  secret_prefix_extra: {
    explanation: () => 'The secret starts with whsec_, but the sender signed without this prefix.',
    fix: "If Truedy's dashboard shows the secret without whsec_, remove the prefix. If the sender is yours, sign with the whole secret, prefix included.",
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
    explanation: (which) => `The delivery was signed with ${which}, not with the secret of this endpoint.`,
    fix: 'Each endpoint and each environment has its own secret. Set this endpoint to its own secret or, during a rotation, to its old and its new one.',
  },
  body_reserialized: {
    explanation: (form) =>
      `The body was parsed and re-serialized on its way here. The signed text was ${form}; the text that arrived has the same content in a different form.`,
    fix: KEEP_THE_BYTES,
  },
  body_base64: {
    explanation: () => 'The body is still encoded in base64, as serverless gateways pass it on.',
    proof: 'Decoded, it matches the signature.',
    fix: "If the gateway's event says isBase64Encoded, decode its body: Buffer.from(event.body, 'base64').",
  },
  body_bom: {
    explanation: (what) => `A byte order mark (EF BB BF) at the start of the body was ${what}.`,
    proof: 'Otherwise, the body matches the signature.',
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
    explanation: (what) => `${what}.`,
    fix: `${KEEP_THE_BYTES} If you need the body as text, decode and encode it as UTF-8.`,
  },
  body_empty: {
    explanation: () => 'The body is empty, and the signature is not that of an empty body.',
    fix: `Something read it before: a parser, a middleware or a logger. ${KEEP_THE_BYTES}`,
  },
  body_buffer_json: {
    explanation: () =>
      'The body is a list of byte values: the result of JSON.stringify on a Buffer or Uint8Array, or of String() on a Uint8Array.',
    proof: 'These bytes match the signature.',
    fix: 'Pass the bytes themselves. In a test, give the client a string instead of a Buffer (supertest: .send(body.toString())). Store or queue a body as text.',
  },
  body_json_string: {
    explanation: () => 'The body is a JSON string that contains JSON: it was serialized twice.',
    proof: 'Its content matches the signature.',
    fix: 'Send or store the text as it is, without JSON.stringify.',
  },
  body_compressed: {
    explanation: (format) => `The body is compressed with ${format}.`,
    proof: 'Decompressed, it matches the signature.',
    fix: 'Decompress it before you verify it, or turn off compression of requests in the proxy.',
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
    explanation: (what) => `The sender put ${what} between timestamp and body, where a dot belongs.`,
    fix: SIGN_AS_TRUEDY,
  },
  digest_base64: {
    explanation: () => 'The signature header holds base64 instead of hexadecimal digits.',
    proof: 'In hexadecimal, it would match.',
    fix: 'Truedy sends hexadecimal digits. If the sender is yours, use digest("hex").',
  },
  digest_prefix: {
    explanation: () => 'The signature header has a prefix, as other vendors send it, such as sha256= or v1=.',
    proof: 'Without it, the signature matches.',
    fix: 'Truedy sends 64 hexadecimal digits alone. If the sender is yours, leave the prefix out. Otherwise, find what adds it.',
  },
  sender_sorted_json: {
    explanation: () =>
      'The sender signed a sorted form of the JSON and sent a different one, as an early version of Truedy did. No check of the raw body can pass.',
    fix: 'Ask for an update of the sender. Until then, verify and parse sortedJson(rawBody), from truedy-webhooks/diagnose, instead of the raw body.',
  },
  unknown: {
    explanation: (leftOut) =>
      leftOut
        ? `None of the mistakes that were tried explains the mismatch, but not everything was tried: ${leftOut}.`
        : 'None of the usual mistakes with the secret, the body or the signed text explains the mismatch. Mistakes with the secret and the body were also tried together.',
    fix: "The secret is probably that of another endpoint or environment: copy it from Truedy's dashboard again, or try your other secrets with --other-secret (in code, otherSecrets). If it is right, the content of the body changed (compare its length with the Content-Length that was sent), or the timestamp or the signature is that of another delivery.",
  },
} as const satisfies Record<string, CauseText>

/**
 * Describes one cause or several: the explanations, then the fixes, each once.
 *
 * @param isMatch - whether the signature matches apart from these causes
 */
export function describe(
  findings: readonly Finding[],
  isMatch: boolean,
): { explanation: string; fix: string } {
  const texts = findings.map((finding) => ({ ...TEXTS[finding.cause], ...finding }))
  const explanations = texts.map(({ explanation, detail = '' }) => explanation(detail))
  const proof = isMatch ? proofOf(texts) : ''
  return {
    explanation: [...explanations, ...(proof ? [proof] : [])].join(' '),
    fix: [...new Set(texts.map(({ fix }) => fix))].join(' '),
  }
}

/**
 * Returns the sentence that proves the causes. Several causes have one sentence for all, because the signature matches only if all of
 * them are undone. The result is empty if the sender signed with one of the faults.
 */
function proofOf(texts: readonly { readonly proof?: string; readonly isAsSigned?: boolean }[]): string {
  if (texts.some(({ isAsSigned }) => isAsSigned)) return ''
  if (texts.length === 1) return texts[0]?.proof ?? ''
  return `Without ${texts.length === 2 ? 'both' : 'all'} of these faults, the signature matches.`
}
