/** A delivery that `listen` received. */

import type { Diagnosis } from '../../diagnose/index.js'
import type { Outcome } from '../../receive/outcome.js'
import type { AppResponse } from './forwarder.js'

/** The parts of a delivery that `listen` keeps. */
export interface ListenedDelivery {
  /** The number, from 1, in the order in which deliveries are completed. */
  readonly number: number
  /** Unix time in milliseconds. */
  readonly receivedAt: number
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** Alternating names and values, as received. */
  readonly rawHeaders: readonly string[]
  /** All bytes, or only the first ones if {@link isWhole} is false. */
  readonly body: Uint8Array
  /** The number of bytes received. */
  readonly bytes: number
  /** True if the whole body was received and kept. A body over the size limit isn't kept whole. */
  readonly isWhole: boolean
  /** The status of the response; absent if the sender closed the connection before it. */
  readonly status?: number
  readonly outcome: Exclude<Outcome['status'], 'queued'>
  readonly durationMs: number
  /** The name of the event as sent, if the signature is valid and the body is an event. */
  readonly event?: string
  /** The type of the event: its name, or the name that an alias stands for. */
  readonly type?: string
  /** The key under which the event is marked done. */
  readonly key?: string
  /** The error code of a rejected delivery. */
  readonly code?: string
  readonly message?: string
  /** The diagnosis of a delivery that was rejected with 401. */
  readonly diagnosis?: Diagnosis
  /** The app's response, if deliveries are forwarded. */
  readonly app?: AppResponse
  /** The masked payload, with `--print`. */
  readonly payload?: object
  /** True if the signature is valid. Only then may the body be signed again. */
  readonly isValid: boolean
}
