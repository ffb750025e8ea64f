/** Reports a run of `send` as text: a row for each attempt or one progress line, and a summary at the end. */

import { idOf } from '../event-id.js'
import { explain } from '../hints.js'
import type { Surroundings } from '../surroundings.js'
import { duration, grouped, milliseconds } from '../terminal/figures.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { padColumns, shorten, wrapLabeled } from '../terminal/wrap.js'
import { isAcknowledged } from '../transport.js'
import { RETRIES } from './back-off.js'
import { type Identity, identify } from './identity.js'
import type { Plan } from './plan.js'
import { openProgress } from './progress.js'
import type { SendReport } from './send-report.js'
import type { Attempt } from './sender.js'
import { failureKind, type Statistics } from './statistics.js'
import { summaryText } from './summary-text.js'

/** The maximum number of deliveries that are reported one by one. */
const MAX_LINES = 100

/** Starts a report for people. */
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
      print(
        attemptLines(attempt, identity, {
          paint,
          columns: surroundings.columns,
          isNew: !explained.has(kind),
        }),
      )
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
          { paint, columns: surroundings.columns },
        ),
      )
    },
  }
}

/** The widths of the parts of a row: `204`, `1,234 ms`, `voice.training.completed`. */
const STATUS = 3
const TIME = 8
const NAME = 24
const GAP = '  '
const DETAIL_INDENT = STATUS + GAP.length

/** Formats an attempt: a row, and a hint if it got no 2xx. Each kind of failure gets its hint once. */
function attemptLines(
  { body, number, result, retryInMs }: Attempt,
  identity: Identity | undefined,
  { paint, columns, isNew }: { readonly paint: Paint; readonly columns: number; readonly isNew: boolean },
): string {
  const isGood = isAcknowledged(result)
  const status = result.kind === 'response' ? String(result.status) : '---'
  const again = number > 1 ? `attempt ${number} of ${RETRIES + 1}` : ''
  const idColumns = columns - STATUS - TIME - NAME - 3 * GAP.length
  const id = identity ? idOf(identity.key) : `${grouped(Buffer.byteLength(body))} bytes`
  const row = [
    (isGood ? paint.green : paint.red)(status),
    `${milliseconds(result.ms)} ms`.padStart(TIME),
    padColumns(shorten(printable(identity?.event ?? 'no event'), NAME), NAME),
    paint.dim(shorten(printable(id), idColumns)),
  ]
  const { what, hint } = isGood ? { what: '', hint: '' } : explain(result)
  const wait = retryInMs === undefined ? '' : `retry in ${duration(retryInMs / 1000)}`
  const facts = [again, what, wait].filter(Boolean).join(', ')
  const details = [facts, isNew ? hint : ''].filter(Boolean).join(': ')
  const lines = details === '' ? [] : wrapLabeled('', printable(details), DETAIL_INDENT, columns)
  return `${[row.join(GAP), ...lines.map(isGood ? paint.dim : paint.yellow)].join('\n')}\n`
}
