/** A line for each attempt, or a progress line; and a summary. */

import type { Surroundings } from '../surroundings.js'
import { duration, milliseconds } from '../terminal/figures.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { RETRIES } from './back-off.js'
import { explain } from './hints.js'
import { type Identity, identify } from './identity.js'
import type { Plan } from './plan.js'
import { openProgress } from './progress.js'
import type { Report } from './report.js'
import type { Attempt } from './sender.js'
import { kindOf, type Statistics } from './statistics.js'
import { summaryText } from './summary-text.js'
import { isSuccess } from './transport.js'

/** Up to so many deliveries are told of one by one. */
const MAX_LINES = 100

/** Opens a report for people. */
export function textReport(plan: Plan, statistics: Statistics, surroundings: Surroundings): Report {
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
      const { body, answer } = attempt
      const identity = identify(body)
      keys.add(identity?.key)
      const kind = kindOf(answer)
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

/** What came of an attempt; the hint only where it was not given before. */
function attemptLines(
  { body, number, answer, retryInMs }: Attempt,
  identity: Identity | undefined,
  paint: Paint,
  isNew: boolean,
): string {
  const isGood = isSuccess(answer)
  const status = answer.kind === 'status' ? String(answer.status) : '---'
  const again = number > 1 ? paint.dim(`  attempt ${number} of ${RETRIES + 1}`) : ''
  const head = [
    (isGood ? paint.green : paint.red)(status),
    `${milliseconds(answer.ms)} ms`.padStart(9),
    printable(identity?.event ?? 'no event').padEnd(24),
    paint.dim(identity?.key ?? `${Buffer.byteLength(body)} bytes`),
  ].join('  ')
  if (isGood) return `${head}${again}\n`
  const { what, hint } = explain(answer)
  const wait = retryInMs === undefined ? '' : `again in ${duration(retryInMs / 1000)}`
  // Why there is no answer is no hint that could be left out: it is all that is known.
  const told = isNew || answer.kind === 'silence' ? hint : ''
  const details = [[what, wait].filter(Boolean).join(', '), told].filter(Boolean).join(': ')
  return `${head}${again}\n${details === '' ? '' : `     ${paint.yellow(printable(details))}\n`}`
}
