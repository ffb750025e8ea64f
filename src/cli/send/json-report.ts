/** One JSON object a line: each attempt, and at last a summary. */

import type { Surroundings } from '../surroundings.js'
import { jsonLine } from '../terminal/json-line.js'
import { identify } from './identity.js'
import type { Plan } from './plan.js'
import type { Report } from './report.js'
import type { Statistics } from './statistics.js'
import { isSuccess } from './transport.js'

/** Opens a report for scripts. */
export function jsonReport(
  { scenario, rate, total }: Plan,
  statistics: Statistics,
  { print, interrupted }: Surroundings,
): Report {
  const keys = new Set<string | undefined>()
  return {
    attempt({ body, number, answer, retryInMs }) {
      const identity = identify(body)
      if (scenario) keys.add(identity?.key)
      const isStatus = answer.kind === 'status'
      print(
        jsonLine({
          type: 'delivery',
          event: identity?.event ?? null,
          key: identity?.key ?? null,
          attempt: number,
          ok: isSuccess(answer),
          status: isStatus ? answer.status : null,
          error: isStatus ? (answer.error ?? null) : null,
          reason: isStatus ? null : answer.reason,
          location: isStatus ? answer.location : undefined,
          ms: rounded(answer.ms),
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
