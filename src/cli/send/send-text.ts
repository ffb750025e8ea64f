/** Reports a run of `send` as text: a line for each attempt or a progress line, and a summary at the end. */

import { explain } from '../hints.js'
import type { Surroundings } from '../surroundings.js'
import { duration, milliseconds } from '../terminal/figures.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { isAcknowledged } from '../transport.js'
import { RETRIES } from './back-off.js'
import { type Identity, identify } from './identity.js'
import type { Plan } from './plan.js'
import { openProgress } from './progress.js'
import type { SendReport } from './send-report.js'
import type { Attempt } from './sender.js'
import { failureKind, type Statistics } from './statistics.js'
import { summaryText } from './summary-text.js'

/** Up to so many deliveries are reported one by one. */
const MAX_LINES = 100

/** Opens a report for people. */
export function sendReportAsText(plan: Plan, statistics: Statistics, surroundings: Surroundings): SendReport {
  const { scenario, total } = plan
  const { print, isTerminal, interrupted } = surroundings
  const paint = paintFor(surroundings)
  const hasLines = total <= MAX_LINES
  const progress = !hasLines && isTerminal ? openProgress(total, statistics, surroundings) : undefined
  const keys = new Set<string | undefined>()
  const explained = new Set<string>()
  if (scenario)
    print(`${paint.bold(`scenario ${scenario.name}`)}, ${total} deliveries, seed ${scenario.seed}\n`)

  return {
    attempt(attempt) {
      if (!hasLines) return
      const { body, result } = attempt
      const identity = identify(body)
      keys.add(identity?.key)
      const kind = failureKind(result)
      print(attemptLines(attempt, identity, paint, !explained.has(kind)))
      explained.add(kind)
    },
    end() {
      progress?.close()
      const summary = statistics.summary()
      print(
        summaryText(
          summary,
          {
            planned: total,
            rateAsked: plan.rate,
            distinctEvents: scenario ? keys.size : undefined,
            isInterrupted: interrupted.aborted,
            hasFailures: !hasLines,
          },
          paint,
        ),
      )
    },
  }
}

/** What an attempt came to; with the hint only if it was not given before. */
function attemptLines(
  { body, number, result, retryInMs }: Attempt,
  identity: Identity | undefined,
  paint: Paint,
  isNew: boolean,
): string {
  const isGood = isAcknowledged(result)
  const status = result.kind === 'response' ? String(result.status) : '---'
  const again = number > 1 ? paint.dim(`  attempt ${number} of ${RETRIES + 1}`) : ''
  const head = [
    (isGood ? paint.green : paint.red)(status),
    `${milliseconds(result.ms)} ms`.padStart(9),
    printable(identity?.event ?? 'no event').padEnd(24),
    paint.dim(identity?.key ?? `${Buffer.byteLength(body)} bytes`),
  ].join('  ')
  if (isGood) return `${head}${again}\n`
  const { what, hint } = explain(result)
  const wait = retryInMs === undefined ? '' : `again in ${duration(retryInMs / 1000)}`
  // Without a response the hint is all there is to say, so it is given every time.
  const told = isNew || result.kind === 'no response' ? hint : ''
  const details = [[what, wait].filter(Boolean).join(', '), told].filter(Boolean).join(': ')
  return `${head}${again}\n${details === '' ? '' : `     ${paint.yellow(printable(details))}\n`}`
}
