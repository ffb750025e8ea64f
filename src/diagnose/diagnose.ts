/** Finds out why a signature doesn't match, by undoing common mistakes until it does. */

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
   * True if the signature is valid as it stands. That includes `valid_but_old` and `valid_but_future`, which a receiver rejects
   * for their age alone.
   */
  readonly ok: boolean
  /** What was found, as a stable name: the first of `causes`. A valid delivery also has one, such as `valid`. */
  readonly cause: DiagnosisCause
  /** Everything that was found, such as a secret with a newline and a body that was re-serialized. */
  readonly causes: readonly [DiagnosisCause, ...DiagnosisCause[]]
  /** What happened, in words, without secret material. */
  readonly explanation: string
  /** What to do about it, in words. */
  readonly fix: string
}

/** Options of {@link diagnose}. */
export interface DiagnoseOptions extends VerifyOptions {
  /** Secrets of other endpoints and environments, to find out whether one of them signed. */
  readonly otherSecrets?: readonly string[] | undefined
}

/**
 * Finds out why the signature of a delivery doesn't match: undoes what commonly happens to bodies, secrets and headers, until
 * the signature matches. It needs the right secret, so it tells a stranger nothing. Use it to find a fault, not to receive
 * deliveries: don't treat a delivery that it accepts as verified.
 *
 * It tries each cause alone, and each mistake with the secret together with each mistake with the body, the likeliest first. A
 * delivery of 100 kB takes tens of milliseconds. The search in a larger one ends after about 70 ms, but never before it has done
 * as much work as 100 kB need, however slow the machine. The explanation of `unknown` then says that not everything was tried. It
 * says the same about JSON that nests deeper than 900 levels or has over 50,000 values and keys.
 *
 * @param rawBody - the body as your program has it; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework hands them over
 * @param secret - the secret as your program has it, or several
 * @param options - those of `verifySignature`, and `otherSecrets`: secrets that may have been used by mistake
 * @returns `cause` as a stable name, `explanation` and `fix` in words, and `ok`: whether the signature is valid
 * @throws `WebhookError` `body_not_raw`, `invalid_secret` (missing, not a string, or one that receivers reject although it
 * signed the delivery), `invalid_options` (500)
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

/** Does what {@link diagnose} does, within a budget of the caller. */
export async function diagnoseWithin(
  budget: Budget,
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const secrets = requireSecrets(typeof secret === 'string' ? [secret] : secret, NO_SECRET)
  requireOptions(options, [...VERIFY_OPTION_NAMES, 'otherSecrets'])
  const { otherSecrets: others, ...verifyOptions } = options
  const otherSecrets = others?.length ? requireSecrets(others, NO_OTHER_SECRETS) : []
  // First verify it as it stands. With the largest possible tolerance, any age passes.
  const verification = await verifySignature(rawBody, headers, secret, {
    ...verifyOptions,
    toleranceSeconds: Number.MAX_VALUE,
  })
  if (!verification.ok && (verification.code === 'body_not_raw' || verification.code === 'invalid_options')) {
    throw new WebhookError(verification.code, verification.message)
  }

  const found = readHeaderTexts(headers, options.headerNames)
  if (!('timestamp' in found)) return diagnosisOf(found)
  if (verification.ok) {
    const findings = validFindings(verification.sentAt, found, options)
    return diagnosisOf(findings, { ok: true, isMatch: findings.length === 1 })
  }

  const bytes = toBytes(rawBody)
  const guessed = await search(bytes, found, guessKeys(secrets, otherSecrets), budget)
  if (!guessed) return diagnosisOf(visibleFindings(bytes, found, budget))
  const findings = [...guessed, ...found.findings]
  // The signature matches without any change, but verification failed. So it rejected a secret for its form: "null", for example.
  if (findings.length === 0) throw new WebhookError(verification.code, verification.message)
  return diagnosisOf(findings, { isMatch: true })
}

/**
 * The diagnosis that reports findings, of which there must be at least one.
 *
 * @param ok - whether the signature is valid as it stands
 * @param isMatch - whether the signature matches apart from the findings
 */
function diagnosisOf(findings: readonly Finding[], { ok = false, isMatch = false } = {}): Diagnosis {
  const causes = findings.map(({ cause }) => cause) as [DiagnosisCause, ...DiagnosisCause[]]
  return { ok, cause: causes[0], causes, ...describe(findings, isMatch) }
}

/** Returns the findings about a valid delivery: its age, the spelling of its headers, or that nothing is wrong. */
function validFindings(
  sentAt: Date,
  { findings }: HeaderTexts,
  options: DiagnoseOptions,
): readonly Finding[] {
  const { now = Date.now, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS } = options
  const age = (now() - sentAt.getTime()) / 1000
  if (age > toleranceSeconds) return [{ cause: 'valid_but_old', detail: ageInWords(age) }, ...findings]
  if (age < -toleranceSeconds) return [{ cause: 'valid_but_future', detail: ageInWords(-age) }, ...findings]
  return findings.length > 0 ? findings : [{ cause: 'valid' }]
}

/** An age in words, in the largest unit that gives at least two. */
function ageInWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} seconds`
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}

/**
 * Returns the findings of the first guess with which the signature matches; `undefined` if there is none. The budget may end
 * before the guesses do, so the likeliest come first: another secret, then another body, another message, and another secret and
 * body at once.
 */
async function search(
  bytes: Uint8Array,
  { timestamp, signature }: HeaderTexts,
  keys: readonly KeyGuess[],
  budget: Budget,
): Promise<readonly Finding[] | undefined> {
  if (!isSignature(signature)) return undefined

  /** Returns the findings if one of the keys signed the message. */
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

  /** Returns the findings if one of the keys signed a body. */
  async function tryBody(
    guess: BodyGuess,
    tried: readonly KeyGuess[],
  ): Promise<readonly Finding[] | undefined> {
    const findings = await tryKeys({ prefix: signedPrefix(timestamp), ...guess }, tried)
    return findings && !isTimestamp(timestamp) ? [...findings, SIGNED_TIMESTAMP] : findings
  }

  const isAsGiven = ({ finding }: KeyGuess) => !finding
  const given = keys.filter(isAsGiven)
  // A secret with white space around it has a finding already, so it isn't in `given`. If that leaves no key, all keys are likely.
  const likely = given.length > 0 ? given : keys
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
        'the body is too large to try every mistake with it together with every mistake with the secret',
      )
  }
  for (const guess of guessMessages(timestamp, bytes, budget)) {
    const findings = await tryKeys(guess, given)
    if (findings) return findings
  }
  for (const guess of kept) {
    const findings = await tryBody(
      guess,
      keys.filter((key) => !isAsGiven(key)),
    )
    if (findings) return findings
  }
  return undefined
}

/** The most bytes of guessed bodies to keep and try with further keys. All guesses for a body of 100 kB fit. */
const MAX_KEPT_BYTES = 6 * 1_048_576

const SIGNED_TIMESTAMP: Finding = {
  cause: 'timestamp_malformed',
  detail: ' The sender signed it in this form.',
  isAsSigned: true,
  fix: 'If the sender is yours, send Unix seconds, not milliseconds. Truedy sends Unix seconds or ISO 8601.',
}

/** Returns the findings that the delivery itself shows, or `unknown`, if no guess makes the signature match. */
function visibleFindings(
  bytes: Uint8Array,
  { timestamp, signature, findings }: HeaderTexts,
  { leftOut }: Budget,
): readonly Finding[] {
  // A base64 digest, for example, was converted, so `signature` has the right form, but the header doesn't.
  const wasConverted = findings.some(({ cause }) => cause !== 'older_header_names')
  const candidates: (Finding | undefined)[] = [
    isSignature(signature) && !wasConverted ? undefined : { cause: 'signature_malformed' },
    isTimestamp(timestamp) ? undefined : { cause: 'timestamp_malformed' },
    findingOf(bytes),
  ]
  const visible = candidates.filter((each) => each !== undefined)
  if (visible.length > 0) return visible
  return [leftOut === undefined ? { cause: 'unknown' } : { cause: 'unknown', detail: leftOut }]
}

function isTimestamp(text: string): boolean {
  return parseTimestamp(text) !== undefined
}

/** The bytes of a body that passed the check for raw bodies. */
function toBytes(rawBody: RawBody): Uint8Array {
  const bytes = asBytes(rawBody) ?? ''
  return typeof bytes === 'string' ? encodeUtf8(bytes) : bytes
}

const NO_SECRET =
  "The secret must be a string that is not empty, or a list of them. Pass the endpoint's secret as your program has it."
const NO_OTHER_SECRETS =
  'otherSecrets must be a list of strings that are not empty. Pass the secrets of your other endpoints and environments.'

function requireSecrets(secrets: readonly string[], message: string): readonly string[] {
  if (Array.isArray(secrets) && secrets.length > 0 && secrets.every(isText)) return secrets
  throw new WebhookError('invalid_secret', message)
}
