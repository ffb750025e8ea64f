/** Finds out why a signature does not match, by trying what may have happened until it does. */

import { asBytes, encodeUtf8, type RawBody } from '../bytes.js'
import { requireOptions } from '../checks.js'
import { WebhookError } from '../errors.js'
import { isText } from '../json.js'
import { parseTimestamp } from '../timestamp.js'
import { isSignature } from '../verify/delivery.js'
import type { HeadersInput } from '../verify/headers.js'
import { findMatch } from '../verify/hmac.js'
import type { Secret } from '../verify/keys.js'
import { DEFAULT_TOLERANCE_SECONDS, VERIFY_OPTION_NAMES, type VerifyOptions } from '../verify/options.js'
import { verifySignature } from '../verify/verify.js'
import { signedPrefix } from '../verify/wire.js'
import { findingOf, guessBodies } from './bodies.js'
import type { BodyGuess } from './body-guess.js'
import { type Budget, createBudget } from './budget.js'
import { type DiagnosisCause, describe, type Finding } from './causes.js'
import { type HeaderTexts, readHeaderTexts } from './headers.js'
import { guessMessages, type MessageGuess } from './messages.js'
import { guessKeys, type KeyGuess } from './secrets.js'

/** The result of a diagnosis. */
export interface Diagnosis {
  /**
   * True if the signature is valid as it stands. That includes `valid_but_old` and `valid_but_future`: a receiver rejects
   * them for their age alone.
   */
  readonly ok: boolean
  /** Why it does not match, as a stable name: the first of `causes`. */
  readonly cause: DiagnosisCause
  /** One cause, or several that came together: a secret with a newline, and a body that was re-serialized. */
  readonly causes: readonly [DiagnosisCause, ...DiagnosisCause[]]
  /** Says what happened, without secret material. */
  readonly explanation: string
  /** Says what to do about it. */
  readonly fix: string
}

/** Options of {@link diagnose}. */
export interface DiagnoseOptions extends VerifyOptions {
  /** Secrets of other endpoints and environments, one of which may have signed. */
  readonly otherSecrets?: readonly string[] | undefined
}

/**
 * Says why the signature of a delivery does not match: it tries what usually happens to bodies, secrets and headers on their
 * way, until the signature matches. It needs the right secret, and so tells a stranger nothing. Use it to find a fault, not
 * to
 * receive deliveries: don't treat a delivery that it accepts as verified.
 *
 * It tries single causes, and pairs of one cause in the secret and one in the body, the likeliest first. A delivery of 100 kB
 * takes some tens of milliseconds. After a tenth of a second the search ends, and the explanation of `unknown` says that not
 * everything was tried. It says the same for JSON that nests deeper than 900 levels or has over 50,000 values and keys.
 *
 * @param rawBody - the body as your program has it; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework hands them over
 * @param secret - the secret as your program has it, or several
 * @param options - those of `verifySignature`, and `otherSecrets`: secrets that may have been used by mistake
 * @returns `cause` as a stable name, an `explanation` and a `fix` in words; `ok` where the signature is valid
 * @throws `WebhookError` `body_not_raw`, `invalid_secret` (none, or not text), `invalid_options` (500)
 *
 * @example
 * ```ts
 * import { verifySignature } from 'truedy-webhooks'
 * import { diagnose } from 'truedy-webhooks/diagnose'
 *
 * async function check(body: Uint8Array, headers: Headers, secret: string): Promise<void> {
 *   const verification = await verifySignature(body, headers, secret)
 *   if (verification.ok) return
 *   const { cause, explanation, fix } = await diagnose(body, headers, secret)
 *   console.log(cause, explanation, fix)
 * }
 * ```
 */
export async function diagnose(
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  return diagnoseWithin(createBudget(), rawBody, headers, secret, options)
}

/** {@link diagnose} within a budget of its caller. */
export async function diagnoseWithin(
  budget: Budget,
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const secrets = requireTexts(typeof secret === 'string' ? [secret] : secret)
  requireOptions(options, [...VERIFY_OPTION_NAMES, 'otherSecrets'])
  const { otherSecrets: others, ...verifyOptions } = options
  const otherSecrets = others?.length ? requireTexts(others) : []
  // First verify it as it stands, whatever its age: with the largest possible tolerance, every age is accepted.
  const verification = await verifySignature(rawBody, headers, secret, {
    ...verifyOptions,
    toleranceSeconds: Number.MAX_VALUE,
  })
  if (!verification.ok && (verification.code === 'body_not_raw' || verification.code === 'invalid_options')) {
    throw new WebhookError(verification.code, verification.message)
  }

  const found = readHeaderTexts(headers, options.headerNames)
  if (!('timestamp' in found)) return diagnosis(found)
  if (verification.ok) return diagnosis(ofGenuine(verification.sentAt, found, options), true)

  const bytes = toBytes(rawBody)
  const findings = await search(bytes, found, guessKeys(secrets, otherSecrets), budget)
  return diagnosis(findings ? [...findings, ...found.findings] : whatIsSeen(bytes, found, budget))
}

function diagnosis(findings: readonly Finding[], ok = false): Diagnosis {
  // There is at least one finding, because a signature that is valid as it stands returned before.
  const causes = findings.map(({ cause }) => cause) as [DiagnosisCause, ...DiagnosisCause[]]
  return { ok, cause: causes[0], causes, ...describe(findings) }
}

/** The findings about a valid delivery. */
function ofGenuine(sentAt: Date, { findings }: HeaderTexts, options: DiagnoseOptions): readonly Finding[] {
  const { now = Date.now, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS } = options
  const age = (now() - sentAt.getTime()) / 1000
  if (age > toleranceSeconds) return [{ cause: 'valid_but_old', detail: ageInWords(age) }, ...findings]
  if (age < -toleranceSeconds) return [{ cause: 'valid_but_future', detail: ageInWords(-age) }, ...findings]
  return findings.length > 0 ? findings : [{ cause: 'valid' }]
}

/** An age in words, in the largest unit of which there are at least two. */
function ageInWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} seconds`
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}

/**
 * The first guess that makes the signature match; `undefined` if none does. The likeliest is tried first, in case the budget
 * ends before the guesses do: another secret, then another body, then another message, then a secret and a body at once.
 */
async function search(
  bytes: Uint8Array,
  { timestamp, signature }: HeaderTexts,
  keys: readonly KeyGuess[],
  budget: Budget,
): Promise<readonly Finding[] | undefined> {
  if (!isSignature(signature)) return undefined

  /** The findings if one of the keys signed the message. */
  async function tryKeys(
    { prefix, body, finding }: MessageGuess,
    tried: readonly KeyGuess[],
  ): Promise<readonly Finding[] | undefined> {
    for (const guess of tried) {
      if (!budget.canHash(prefix.length + body.length)) return undefined
      const match = await findMatch({ sentAt: 0, prefix, body, signature, keys: [guess.key] })
      if (match.secretIndex === 0) return [guess.finding, finding].filter((each) => each !== undefined)
    }
    return undefined
  }

  /** The findings if one of the keys signed a body. */
  async function tryBody(
    guess: BodyGuess,
    tried: readonly KeyGuess[],
  ): Promise<readonly Finding[] | undefined> {
    const findings = await tryKeys({ prefix: signedPrefix(timestamp), ...guess }, tried)
    return findings && !isTimestamp(timestamp) ? [...findings, MATCHING_TIMESTAMP] : findings
  }

  const isGiven = ({ finding }: KeyGuess) => !finding
  // If the secret has white space around it, every guess of a key has a finding. Then none is as given, and all of them count
  // as likely.
  const likely = keys.some(isGiven) ? keys.filter(isGiven) : keys
  const kept: BodyGuess[] = []
  let keptBytes = 0
  for await (const guess of guessBodies(bytes, budget)) {
    const findings = await tryBody(guess, guess.finding ? likely : keys)
    if (findings) return findings
    if (!guess.finding || likely === keys) continue
    keptBytes += guess.body.length
    if (keptBytes <= MAX_KEPT_BYTES) kept.push({ ...guess, body: guess.body.slice() })
    else
      budget.leaveOut(
        'with such a large body, not every fault of the body was tried together with every fault of the secret',
      )
  }
  for (const guess of guessMessages(timestamp, bytes, budget)) {
    const findings = await tryKeys(guess, keys.filter(isGiven))
    if (findings) return findings
  }
  for (const guess of kept) {
    const findings = await tryBody(
      guess,
      keys.filter((key) => !isGiven(key)),
    )
    if (findings) return findings
  }
  return undefined
}

/** The bytes of guessed bodies that are kept to be tried with further keys: all of them for a body of 100 kB. */
const MAX_KEPT_BYTES = 6 * 1_048_576

const MATCHING_TIMESTAMP: Finding = { cause: 'timestamp_malformed', detail: ' The signature matches it.' }

/** The findings that can be seen in a delivery if no guess makes it match. */
function whatIsSeen(
  bytes: Uint8Array,
  { timestamp, signature, findings }: HeaderTexts,
  { leftOut }: Budget,
): readonly Finding[] {
  const isOther = findings.some(({ cause }) => cause !== 'older_header_names')
  const seen: (Finding | undefined)[] = [
    isSignature(signature) && !isOther ? undefined : { cause: 'signature_malformed' },
    isTimestamp(timestamp) ? undefined : { cause: 'timestamp_malformed' },
    findingOf(bytes),
  ]
  const all = seen.filter((each) => each !== undefined)
  return all.length > 0
    ? all
    : [leftOut === undefined ? { cause: 'unknown' } : { cause: 'unknown', detail: leftOut }]
}

function isTimestamp(text: string): boolean {
  return parseTimestamp(text) !== undefined
}

/** The bytes of a body that passed the check for raw bodies. */
function toBytes(rawBody: RawBody): Uint8Array {
  const bytes = asBytes(rawBody) ?? ''
  return typeof bytes === 'string' ? encodeUtf8(bytes) : bytes
}

function requireTexts(secrets: readonly string[]): readonly string[] {
  if (Array.isArray(secrets) && secrets.length > 0 && secrets.every(isText)) return secrets
  throw new WebhookError(
    'invalid_secret',
    "No secret to compare with: give the endpoint's own, as text, as your program has it.",
  )
}
