/** Judges a delivery: returns the verdict of the library, and a diagnosis if it was rejected with 401. */

import type { IncomingHttpHeaders } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { diagnose } from '../../diagnose/index.js'
import type { Outcome } from '../../receive/outcome.js'
import { isProbe, PROBE_NOTE } from '../../testing/reserialization.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** A delivery with its verdict. */
export type Judgment = Pick<
  ListenedDelivery,
  'outcome' | 'durationMs' | 'event' | 'type' | 'key' | 'code' | 'message' | 'diagnosis' | 'isValid'
>

/** The dependencies of a judge. */
export interface JudgeSettings {
  readonly secret: string
  /** Other secrets. A diagnosis tells which of them signed the delivery, if any did. */
  readonly otherSecrets: readonly string[]
  /** By default, {@link diagnose}. */
  readonly diagnose?: typeof diagnose
}

/** Judges a delivery. */
export type Judge = (outcome: Outcome, headers: IncomingHttpHeaders, body: Uint8Array) => Promise<Judgment>

/** Creates a judge, which judges one delivery at a time. */
export function createJudge(settings: JudgeSettings): Judge {
  let last: Promise<unknown> = Promise.resolve()
  // One at a time, because a forged delivery can make its diagnosis take a tenth of a second and some megabytes.
  return (...args) => {
    const judged = last.then(() => judge(settings, ...args))
    last = judged.catch(() => {})
    return judged
  }
}

async function judge(
  settings: JudgeSettings,
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
  // A probe isn't an event, and its signature is wrong on purpose, so a diagnosis would mislead.
  if (isProbe(body)) return { ...rejection, message: PROBE_NOTE, isValid: false }
  // A 400 means that the signature is valid, but the body is not JSON or not an event.
  if (responseStatus !== 401) return { ...rejection, isValid: responseStatus === 400 }
  // Lets requests that arrived in the meantime get their responses before the next diagnosis.
  await setImmediate()
  const { secret, otherSecrets, diagnose: findCause = diagnose } = settings
  const diagnosis = await findCause(body, headers, secret, { otherSecrets })
  return { ...rejection, diagnosis, isValid: diagnosis.ok }
}
