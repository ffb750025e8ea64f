/** A delivery that `listen` received. */

import type { Diagnosis } from '../../diagnose/index.js'
import type { Outcome } from '../../receive/outcome.js'
import type { AppResponse } from './forwarder.js'

/** The parts of a delivery that are kept. */
export interface ListenedDelivery {
  /** The number, from 1, in the order in which deliveries are finished. */
  readonly number: number
  /** Unix time in milliseconds. */
  readonly receivedAt: number
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  /** All bytes, or the first ones if {@link isWhole} is false. */
  readonly body: Uint8Array
  /** The number of bytes received. */
  readonly bytes: number
  /** True if the whole body was received and kept. One over the limit isn't kept whole. */
  readonly isWhole: boolean
  /** The status of the response; absent if nobody was there to get one. */
  readonly status?: number
  readonly outcome: Exclude<Outcome['status'], 'queued'>
  readonly durationMs: number
  /** The name of the event as sent, if the signature is valid and the body is an event. */
  readonly event?: string
  /** The type of the event: the name, or what Truedy's alias stands for. */
  readonly type?: string
  /** The key under which it is marked done. */
  readonly key?: string
  /** Why it was rejected. */
  readonly code?: string
  readonly message?: string
  /** Why its signature does not match. */
  readonly diagnosis?: Diagnosis
  /** The app's response, if deliveries are forwarded. */
  readonly app?: AppResponse
  /** The payload as a log may show it, if it is to be printed. */
  readonly payload?: object
  /** True if its signature is valid: only then may its body be signed again. */
  readonly isValid: boolean
}
