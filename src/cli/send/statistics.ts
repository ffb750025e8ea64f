/** Counts the deliveries of a run of `send`. */

import { isAcknowledged, type PostResult } from '../transport.js'
import type { Attempt } from './sender.js'

/** Failures of the same kind. */
export interface Failures {
  /** One of them. */
  readonly result: PostResult
  readonly count: number
}

/** The figures of a run. */
export interface Summary {
  /** Deliveries that were started. */
  readonly deliveries: number
  /** Attempts that ended, retries included. */
  readonly attempts: number
  readonly retries: number
  /** Deliveries that got a 2xx in the end. */
  readonly succeeded: number
  /** Deliveries that got no 2xx, not even on their last retry. */
  readonly failed: number
  /** Deliveries that had no 2xx yet when the run was stopped. */
  readonly unfinished: number
  /** The number of attempts by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Attempts without a response. */
  readonly withoutResponse: number
  /** Sorted: the most frequent first. */
  readonly failures: readonly Failures[]
  readonly seconds: number
  /**
   * Deliveries per second over {@link sendingSeconds}. Retries don't count. `undefined` for one delivery, which has no rate.
   */
  readonly ratePerSecond: number | undefined
  /** The time from the first attempt of the first delivery to that of the last. */
  readonly sendingSeconds: number | undefined
  readonly latencyMs: Latency | undefined
}

/** The time that responses took, in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Counts a run while it is in progress. */
export interface Statistics {
  /** The number of deliveries that were started. */
  readonly started: number
  /** The number of deliveries that got a 2xx or won't be retried. */
  readonly finished: number
  begin(): void
  add(attempt: Attempt): void
  summary(): Summary
}

/** Starts counting. */
export function createStatistics(): Statistics {
  const beginning = performance.now()
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  const failures = new Map<string, { result: PostResult; count: number }>()
  let started = 0
  let attempts = 0
  let firsts = 0
  let succeeded = 0
  let failed = 0
  let firstSentAt = Number.POSITIVE_INFINITY
  let lastSentAt = 0

  return {
    get started() {
      return started
    },
    get finished() {
      return succeeded + failed
    },
    begin() {
      started++
    },
    add({ number, result, retryInMs }) {
      attempts++
      if (number === 1) {
        firsts++
        firstSentAt = Math.min(firstSentAt, result.sentAt)
        lastSentAt = Math.max(lastSentAt, result.sentAt)
      }
      if (result.kind === 'response') {
        latencies.push(result.ms)
        statuses.set(result.status, (statuses.get(result.status) ?? 0) + 1)
      }
      if (isAcknowledged(result)) {
        succeeded++
        return
      }
      if (retryInMs === undefined) failed++
      const kind = failureKind(result)
      failures.set(kind, { result, count: (failures.get(kind)?.count ?? 0) + 1 })
    },
    summary() {
      const responses = latencies.length
      const spanMs = lastSentAt - firstSentAt
      // One delivery has no rate.
      const hasRate = spanMs > 0
      return {
        deliveries: started,
        attempts,
        retries: attempts - firsts,
        succeeded,
        failed,
        unfinished: started - succeeded - failed,
        // JavaScript sorts keys that are integers.
        statuses: Object.fromEntries(statuses),
        withoutResponse: attempts - responses,
        failures: [...failures.values()].sort((a, b) => b.count - a.count),
        seconds: (performance.now() - beginning) / 1000,
        ratePerSecond: hasRate ? ((firsts - 1) * 1000) / spanMs : undefined,
        sendingSeconds: hasRate ? spanMs / 1000 : undefined,
        latencyMs: percentiles(latencies),
      }
    },
  }
}

/** Returns a string that is equal for failures of the same kind, which share one hint. */
export function failureKind(result: PostResult): string {
  if (result.kind === 'no response') return result.reason
  return [result.status, result.error, result.location].join(' ')
}

/** Calculates percentiles by the nearest rank, so that each is a latency that occurred. */
export function percentiles(latencies: readonly number[]): Latency | undefined {
  if (latencies.length === 0) return undefined
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
