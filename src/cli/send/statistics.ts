/** Counting what came of a run. */

import type { Attempt } from './sender.js'
import { type Answer, isSuccess } from './transport.js'

/** Answers of one kind that were no success. */
export interface Failures {
  /** One of them. */
  readonly answer: Answer
  readonly count: number
}

/** What a run came to. */
export interface Summary {
  /** Deliveries that were begun. */
  readonly deliveries: number
  /** Requests that were sent and came to something, retries among them. */
  readonly sendings: number
  readonly retries: number
  /** Deliveries that got a 2xx in the end. */
  readonly succeeded: number
  /** Deliveries that were given up. */
  readonly failed: number
  /** Deliveries that the end of the run left without a 2xx. */
  readonly unfinished: number
  /** How many sendings got each status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Sendings without an answer. */
  readonly unanswered: number
  /** The most frequent first. */
  readonly failures: readonly Failures[]
  readonly seconds: number
  /** Deliveries a second, from the first sending of the first to that of the last; without retries. */
  readonly ratePerSecond: number | undefined
  /** From the first sending of the first delivery to that of the last. */
  readonly sendingSeconds: number | undefined
  readonly latencyMs: Latency | undefined
}

/** Of the answers that came, in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Counts a run as it goes on. */
export interface Statistics {
  /** Deliveries that were begun, and those that need nothing more. */
  readonly begun: number
  readonly done: number
  begin(): void
  add(attempt: Attempt): void
  summary(): Summary
}

/** Starts counting. */
export function createStatistics(): Statistics {
  const beginning = performance.now()
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  const failures = new Map<string, { answer: Answer; count: number }>()
  let begun = 0
  let sendings = 0
  let firsts = 0
  let succeeded = 0
  let failed = 0
  let firstSentAt = Number.POSITIVE_INFINITY
  let lastSentAt = 0

  return {
    get begun() {
      return begun
    },
    get done() {
      return succeeded + failed
    },
    begin() {
      begun++
    },
    add({ number, answer, retryInMs }) {
      sendings++
      if (number === 1) {
        firsts++
        firstSentAt = Math.min(firstSentAt, answer.sentAt)
        lastSentAt = Math.max(lastSentAt, answer.sentAt)
      }
      if (answer.kind === 'status') {
        latencies.push(answer.ms)
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
      if (isSuccess(answer)) {
        succeeded++
        return
      }
      if (retryInMs === undefined) failed++
      const kind = kindOf(answer)
      failures.set(kind, { answer, count: (failures.get(kind)?.count ?? 0) + 1 })
    },
    summary() {
      const answered = latencies.length
      const spanMs = lastSentAt - firstSentAt
      // Of one delivery, or of none, there is no rate.
      const hasRate = spanMs > 0
      return {
        deliveries: begun,
        sendings,
        retries: sendings - firsts,
        succeeded,
        failed,
        unfinished: begun - succeeded - failed,
        // Whole numbers as keys come in ascending order.
        statuses: Object.fromEntries(statuses),
        unanswered: sendings - answered,
        failures: [...failures.values()].sort((a, b) => b.count - a.count),
        seconds: (performance.now() - beginning) / 1000,
        ratePerSecond: hasRate ? ((firsts - 1) * 1000) / spanMs : undefined,
        sendingSeconds: hasRate ? spanMs / 1000 : undefined,
        latencyMs: percentiles(latencies),
      }
    },
  }
}

/** The same for answers that are to be told of together. */
export function kindOf(answer: Answer): string {
  if (answer.kind === 'silence') return answer.reason
  return [answer.status, answer.error, answer.location].join(' ')
}

/** Percentiles by the nearest rank: each is a latency that occurred. */
export function percentiles(latencies: readonly number[]): Latency | undefined {
  if (latencies.length === 0) return undefined
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
