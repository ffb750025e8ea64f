/** Options of the functions that process an event once. */

import type { TruedyEvent } from '../events/catalogue.js'

/** The key of an event, where {@link dedupeKey} is not the right one. */
export type KeyOf = (event: TruedyEvent) => string

/** Options of {@link isDuplicate}. */
export interface DuplicateOptions {
  /** How long an event is remembered, in milliseconds. Default 72 hours. */
  readonly ttlMs?: number | undefined
  /** The key of an event. Default {@link dedupeKey}. */
  readonly key?: KeyOf | undefined
}

/** Options of {@link processOnce}. */
export interface ProcessOptions extends DuplicateOptions {
  /** How long a worker that crashed still holds an event, in milliseconds. Default 60,000. */
  readonly leaseMs?: number | undefined
  /** How long a handler may keep its lease in all, in milliseconds. Default 15 minutes. */
  readonly maxMs?: number | undefined
}

/** The default of `ttlMs`. */
export const DEFAULT_TTL_MS = 72 * 60 * 60 * 1000
/** The default of `leaseMs`. */
export const DEFAULT_LEASE_MS = 60 * 1000
/** The default of `maxMs`. */
export const DEFAULT_MAX_MS = 15 * 60 * 1000
