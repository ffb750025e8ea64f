/** Reports a run of `send` as JSON: one line for each attempt, and a summary at the end. */

import { RESERIALIZED } from '../../testing/reserialization.js'
import type { Surroundings } from '../surroundings.js'
import { jsonLine } from '../terminal/json-line.js'
import { isAcknowledged } from '../transport.js'
import { identify } from './identity.js'
import type { Plan } from './plan.js'
import type { SendReport } from './send-report.js'
import type { Statistics } from './statistics.js'

/** Starts a report for scripts. */
export function sendReportAsJson(
  { scenario, rate, total }: Plan,
  statistics: Statistics,
  { print, interrupted }: Surroundings,
): SendReport {
  const keys = new Set<string | undefined>()
  return {
    attempt({ body, number, result, retryInMs }) {
      const identity = identify(body)
      if (scenario) keys.add(identity?.key)
      print(
        jsonLine({
          type: 'delivery',
          event: identity?.event ?? null,
          key: identity?.key ?? null,
          attempt: number,
          ok: isAcknowledged(result),
          ...(result.kind === 'response'
            ? {
                status: result.status,
                error: result.error ?? null,
                reason: result.isReserialized ? RESERIALIZED : null,
                location: result.location,
              }
            : { status: null, error: null, reason: result.reason }),
          ms: rounded(result.ms),
          retryInMs: retryInMs ?? null,
        }),
      )
    },
    end() {
      const {
        latencyMs,
        ratePerSecond,
        sendingSeconds,
        seconds,
        failures: _,
        ...counts
      } = statistics.summary()
      print(
        jsonLine({
          type: 'summary',
          planned: total,
          ...counts,
          ...(scenario && { scenario: scenario.name, seed: scenario.seed, distinctEvents: keys.size }),
          seconds: rounded(seconds),
          sendingSeconds: sendingSeconds === undefined ? null : rounded(sendingSeconds),
          rateAsked: rate ?? null,
          ratePerSecond: ratePerSecond === undefined ? null : rounded(ratePerSecond),
          latencyMs: latencyMs
            ? Object.fromEntries(Object.entries(latencyMs).map(([name, ms]) => [name, rounded(ms)]))
            : null,
          interrupted: interrupted.aborted,
        }),
      )
    },
  }
}

function rounded(number: number): number {
  return Math.round(number * 1000) / 1000
}
