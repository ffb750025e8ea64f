/** Reports a run of `listen` as text: a few lines for each delivery, and a summary at the end. */

import type { Surroundings } from '../surroundings.js'
import { grouped } from '../terminal/figures.js'
import { paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { shorten, wrap } from '../terminal/wrap.js'
import { createAppText } from './app-text.js'
import { DETAIL_INDENT, deliveryLines } from './delivery-text.js'
import type { ListenAddresses, ListenReport } from './listen-report.js'
import type { OutcomeCounts } from './outcome-counts.js'

/** Starts a report for people. */
export function listenReportAsText(counts: OutcomeCounts, surroundings: Surroundings): ListenReport {
  const { print } = surroundings
  const paint = paintFor(surroundings)
  const describeApp = createAppText(paint)
  const printLines = (lines: readonly string[]) => print(`${lines.join('\n')}\n`)

  let isForwarding = false

  function start({ url, forward, save, page }: ListenAddresses): void {
    isForwarding = forward !== undefined
    printLines([
      `${paint.bold('Listening')} on ${paint.cyan(url)}`,
      ...(forward ? [`Forwarding to ${paint.cyan(printable(forward))}`] : []),
      ...(save ? [`Saving to ${printable(save)}`] : []),
      ...wrap(`Try it:  npx truedy-webhooks send ${url}`, surroundings.columns),
      `To receive from Truedy, point a tunnel at port ${new URL(url).port}.`,
      ...(page ? wrap(`Page:    ${page}`, surroundings.columns) : []),
      'Press Ctrl-C to stop.',
      '',
    ])
  }

  return {
    start,
    delivery(delivery) {
      // Read each time, because the window may have been resized.
      const { columns } = surroundings
      const appLines = describeApp(delivery, columns - DETAIL_INDENT)
      printLines(deliveryLines(delivery, { paint, columns, appLines }))
    },
    elsewhere(method, path, expected) {
      const { columns } = surroundings
      const request = shorten(printable(`${method} ${path.slice(0, columns)}`), columns - '404  '.length)
      const where = wrap(`Nothing is at this path. The endpoint is at ${expected}`, columns - DETAIL_INDENT)
      printLines([
        `${paint.yellow('404')}  ${request}`,
        ...where.map((line) => ' '.repeat(DETAIL_INDENT) + line),
      ])
    },
    problem: (text) => printLines(wrap(text, surroundings.columns).map(paint.yellow)),
    end: () => printLines(['', ...wrap(listenSummary(counts, isForwarding), surroundings.columns)]),
  }
}

/** Names for the outcomes that depend on the app's status. */
const OUTCOMES_OF_APPS: Readonly<Record<string, string>> = {
  processed: 'acknowledged',
  failed: 'not acknowledged',
}

/** `4 deliveries: 1 processed, 1 duplicate, 2 rejected (1 signature_mismatch, 1 timestamp_too_old)` */
function listenSummary(
  { total, hidden, outcomes, rejections }: OutcomeCounts,
  isForwarding: boolean,
): string {
  const nameOf = (name: string) => (isForwarding && OUTCOMES_OF_APPS[name]) || name
  const codes = [...rejections].map(([code, count]) => `${grouped(count)} ${code}`).join(', ')
  const parts = Object.entries(outcomes)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${grouped(count)} ${nameOf(name)}${name === 'rejected' ? ` (${codes})` : ''}`)
  const head = `${grouped(total)} ${total === 1 ? 'delivery' : 'deliveries'}`
  const tail = hidden > 0 ? `, ${grouped(hidden)} hidden by --events` : ''
  return (parts.length > 0 ? `${head}: ${parts.join(', ')}` : head) + tail
}
