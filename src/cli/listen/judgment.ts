/** Judges a delivery: what the library says of it, and the diagnosis if its signature doesn't match. */

import type { IncomingHttpHeaders } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { diagnose } from '../../diagnose/index.js'
import type { Outcome } from '../../receive/outcome.js'
import { isProbe } from '../../testing/reserialization.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** Why a probe was rejected. */
const PROBE_MESSAGE =
  'This is a probe, and rejecting it is right. send, check and deliver send it after a rejected delivery, to find out whether the receiver re-serializes the body.'

/** A delivery with its verdict. */
export type Judgment = Pick<
  ListenedDelivery,
  'outcome' | 'durationMs' | 'event' | 'type' | 'key' | 'code' | 'message' | 'diagnosis' | 'isValid'
>

/** The secrets that a delivery may be signed with. */
export interface JudgeSecrets {
  readonly secret: string
  readonly otherSecrets: readonly string[]
}

/** Judges one delivery after the other. */
export type Judge = (outcome: Outcome, headers: IncomingHttpHeaders, body: Uint8Array) => Promise<Judgment>

/** Creates a judge. */
export function createJudge(secrets: JudgeSecrets): Judge {
  let last: Promise<unknown> = Promise.resolve()
  // One at a time: a forged delivery can make its diagnosis take a tenth of a second and some megabytes.
  return (...args) => {
    const judged = last.then(() => judge(secrets, ...args))
    last = judged.catch(() => {})
    return judged
  }
}

async function judge(
  { secret, otherSecrets }: JudgeSecrets,
  outcome: Outcome,
  headers: IncomingHttpHeaders,
  body: Uint8Array,
): Promise<Judgment> {
  const { durationMs } = outcome
  // `queued` can't occur, because the receivers of `listen` have no queue.
  const status = outcome.status as Judgment['outcome']
  if (outcome.status !== 'rejected') {
    const { event, key } = outcome
    const names = event && { event: event.rawEvent, type: event.event }
    return { outcome: status, durationMs, ...names, ...(key && { key }), isValid: event !== undefined }
  }
  const { code, message, status: responseStatus } = outcome.error
  const rejection = { outcome: status, durationMs, code, message }
  // A 400 comes after the signature was verified: the body is not JSON, or no event.
  if (responseStatus !== 401) return { ...rejection, isValid: responseStatus === 400 }
  // Its signature is wrong on purpose, so a diagnosis would mislead.
  if (isProbe(body)) return { ...rejection, message: PROBE_MESSAGE, isValid: false }
  // Between two diagnoses, requests that arrived in the meantime get their responses.
  await setImmediate()
  const diagnosis = await diagnose(body, headers, secret, { otherSecrets })
  return { ...rejection, diagnosis, isValid: diagnosis.ok }
}
