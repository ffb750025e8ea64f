/** Formats the summary of a run of `send` as text. */

import { explain } from '../hints.js'
import { duration, grouped, milliseconds, perSecond } from '../terminal/figures.js'
import type { Paint } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { wrap } from '../terminal/wrap.js'
import type { Failures, Summary } from './statistics.js'

/** The facts of the summary besides the counts. */
export interface SummaryContext {
  readonly planned: number
  readonly rateAsked: number | undefined
  /** The number of different keys in a scenario. */
  readonly distinctEvents: number | undefined
  readonly isInterrupted: boolean
  /** True to list the failures, because they were not reported one by one. */
  readonly hasFailures: boolean
}

/** The maximum number of kinds of failures that are listed. */
const MAX_FAILURES = 20

/** Formats the summary. */
export function summaryText(
  summary: Summary,
  context: SummaryContext,
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string {
  const rows = [
    ...(context.hasFailures ? failureLines(summary.failures, paint, columns) : []),
    '',
    ...countLines(summary, context, paint),
    ...rateLines(summary, context),
    ...latencyLines(summary),
  ]
  return `${rows.join('\n')}\n`
}

function countLines(summary: Summary, context: SummaryContext, paint: Paint): string[] {
  const { deliveries, succeeded, failed, unfinished, attempts, retries, statuses, withoutResponse } = summary
  const neverSent = context.planned - deliveries
  const byStatus = [
    ...Object.entries(statuses).map(([status, count]) => `${grouped(count)} × ${status}`),
    ...(withoutResponse > 0 ? [`${grouped(withoutResponse)} × no response`] : []),
  ]
  return [
    ...(context.isInterrupted ? [paint.yellow('stopped with Ctrl-C')] : []),
    row('deliveries', [
      `${grouped(deliveries)} sent: ${(succeeded > 0 ? paint.green : String)(`${grouped(succeeded)} got 2xx`)}`,
      ...(failed > 0 ? [paint.red(`${grouped(failed)} did not`)] : []),
      ...(unfinished > 0 ? [`${grouped(unfinished)} unfinished`] : []),
      ...(neverSent > 0 ? [`${grouped(neverSent)} never sent`] : []),
    ]),
    ...(context.distinctEvents === undefined
      ? []
      : [row('events', [`${grouped(context.distinctEvents)} distinct, in ${grouped(attempts)} attempts`])]),
    row('responses', byStatus),
    ...(retries > 0 ? [row('retries', [grouped(retries)])] : []),
  ]
}

function rateLines(summary: Summary, { rateAsked, distinctEvents }: SummaryContext): string[] {
  const { ratePerSecond, sendingSeconds } = summary
  // A scenario has its own gaps, so its rate is meaningless.
  if (ratePerSecond === undefined || sendingSeconds === undefined || distinctEvents !== undefined) return []
  const reached = `${perSecond(ratePerSecond)}/s over ${duration(sendingSeconds)}`
  if (rateAsked === undefined) return [row('rate', [reached])]
  // In a run of less than a second, the time to open the first connection makes the rate look too low.
  const isSlow = sendingSeconds >= 1 && ratePerSecond < rateAsked * 0.98
  return [
    row('rate', [
      reached,
      `asked for ${grouped(rateAsked)}/s`,
      ...(isSlow ? ["this machine couldn't keep up"] : []),
    ]),
  ]
}

function latencyLines({ latencyMs, attempts }: Summary): string[] {
  // A single attempt already shows its latency in its row.
  if (!latencyMs || attempts === 1) return []
  const figures = Object.entries(latencyMs).map(([name, ms]) => `${name} ${milliseconds(ms)}`)
  return [row('latency', [`${figures.join('  ')} ms`])]
}

function failureLines(failures: readonly Failures[], paint: Paint, columns: number): string[] {
  const lines = failures.slice(0, MAX_FAILURES).flatMap(({ result, count }) => {
    const { what, hint } = explain(result)
    const status = result.kind === 'response' ? `${result.status} ` : ''
    const name = `${grouped(count)} × ${status}${printable(what)}`.trimEnd()
    const [first = '', ...others] = wrap(`${name}: ${printable(hint)}`, columns)
    return [first.replace(name, paint.red), ...others]
  })
  const unlisted = failures.length - MAX_FAILURES
  return unlisted > 0
    ? [...lines, `and ${grouped(unlisted)} other ${unlisted === 1 ? 'kind' : 'kinds'} of failure`]
    : lines
}

function row(name: string, parts: readonly string[]): string {
  return `${name.padEnd(10)}  ${parts.length > 0 ? parts.join(', ') : 'none'}`
}
