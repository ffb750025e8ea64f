/** Reports a run of `listen` as text: some lines for each delivery, and a summary at the end. */

import { redactText } from '../../events/redact.js'
import type { Surroundings } from '../surroundings.js'
import { diagnosisLines } from '../terminal/diagnosis-text.js'
import { grouped, milliseconds } from '../terminal/figures.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { wrap } from '../terminal/wrap.js'
import type { ListenReport } from './listen-report.js'
import type { ListenedDelivery } from './listened-delivery.js'
import type { OutcomeCounts } from './outcome-counts.js'

/** Opens a report for people. */
export function listenReportAsText(counts: OutcomeCounts, surroundings: Surroundings): ListenReport {
  const { print } = surroundings
  const paint = paintFor(surroundings)
  return {
    start({ url, page }) {
      const lines = [
        `${paint.bold('Listening')} on ${paint.cyan(url)}`,
        `Try it:  npx truedy-webhooks send ${url}`,
        `Truedy itself reaches it through a tunnel of your choice to port ${new URL(url).port}.`,
        ...(page ? [`Page:    ${paint.cyan(page)}`] : []),
        'Ctrl-C ends it.',
      ]
      print(`${lines.join('\n')}\n\n`)
    },
    delivery: (delivery) => print(`${deliveryLines(delivery, paint).join('\n')}\n`),
    elsewhere: (method, path, expected) =>
      print(`${paint.yellow('404')}  ${shortened(`${method} ${path}`)}: the endpoint is at ${expected}\n`),
    end: () => print(`\n${summaryLine(counts)}\n`),
  }
}

function deliveryLines(delivery: ListenedDelivery, paint: Paint): string[] {
  const { receivedAt, status, outcome, durationMs, event, key, code, message, bytes, diagnosis } = delivery
  const color = {
    processed: paint.green,
    duplicate: paint.cyan,
    busy: paint.yellow,
    rejected: paint.red,
    failed: paint.red,
  }[outcome]
  // A delivery with neither event nor code was not read to its end.
  const name = event ?? code ?? 'broke off'
  const head = [
    new Date(receivedAt).toTimeString().slice(0, 8),
    color(String(status ?? '---')),
    color(outcome.padEnd(9)),
    shortened(name).padEnd(24),
    `${milliseconds(durationMs)} ms`.padStart(8),
    `${grouped(bytes)} B`.padStart(8),
    paint.dim(printable(redactText(key ?? ''))),
  ]
  const details = diagnosis ? diagnosisLines(diagnosis, paint) : message ? wrap(message, 90) : []
  return [head.join('  ').trimEnd(), ...details.map((line) => `          ${line}`)]
}

/** `4 deliveries: 1 processed, 1 duplicate, 2 rejected (1 signature_mismatch, 1 timestamp_too_old)` */
function summaryLine({ total, outcomes, rejections }: OutcomeCounts): string {
  const codes = [...rejections].map(([code, count]) => `${grouped(count)} ${code}`).join(', ')
  const parts = Object.entries(outcomes)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${grouped(count)} ${name}${name === 'rejected' ? ` (${codes})` : ''}`)
  const head = `${grouped(total)} ${total === 1 ? 'delivery' : 'deliveries'}`
  return parts.length > 0 ? `${head}: ${parts.join(', ')}` : head
}

/** Characters of a text from outside: a stranger's path may have thousands. */
const MAX_SHOWN_CHARACTERS = 200

/** A text from outside, made fit for a terminal and for one line. A terminal is often shared or logged. */
function shortened(text: string): string {
  return printable(
    redactText(text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text),
  )
}
