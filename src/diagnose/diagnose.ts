/** Finding out why a signature does not match. */

import type { RawBody } from '../bytes.js'
import type { HeadersInput } from '../headers.js'
import type { Secret } from '../keys.js'
import type { VerifyOptions } from '../options.js'

export type DiagnosisCause = 'valid' | 'unknown'

/** What a diagnosis found. */
export interface Diagnosis {
  /** Whether the signature is genuine. */
  readonly ok: boolean
  /** What makes the signature match, as a stable name; the first of {@link Diagnosis.causes}. */
  readonly cause: DiagnosisCause
  /** One cause, or several that came together. */
  readonly causes: readonly DiagnosisCause[]
  /** What happened. */
  readonly explanation: string
  /** What to do about it. */
  readonly fix: string
}

/** Options of {@link diagnose}. */
export interface DiagnoseOptions extends VerifyOptions {
  /** Secrets of other endpoints and environments, one of which may have signed. */
  readonly otherSecrets?: readonly string[] | undefined
}

export async function diagnose(
  _rawBody: RawBody,
  _headers: HeadersInput,
  _secret: Secret,
  _options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  return { ok: false, cause: 'unknown', causes: ['unknown'], explanation: '', fix: '' }
}
