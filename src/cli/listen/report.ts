/** What `listen` prints. */

import type { Surroundings } from '../surroundings.js'
import { diagnosisLines } from '../terminal/diagnosis-text.js'
import { grouped, milliseconds } from '../terminal/figures.js'
import { jsonLine } from '../terminal/json-line.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { wrap } from '../terminal/wrap.js'
import { type ListenedDelivery, toLine } from './delivery.js'

/** Where it listens. */
export interface Addresses {
  /** Of the endpoint. */
  readonly url: string
  /** Of the page, where there is one. */
  readonly page?: string
}

/** Tells of a run. */
export interface ListenReport {
  start(addresses: Addresses): void
  delivery(delivery: ListenedDelivery): void
  elsewhere(method: string, path: string, expected: string): void
  /** Tells the summary. */
  end(): void
}

/** The report of a run; `isJson` for scripts. */
export function openReport(surroundings: Surroundings, isJson: boolean): ListenReport {
  const counts: Counts = {
    outcomes: { processed: 0, duplicate: 0, busy: 0, rejected: 0, failed: 0 },
    refusals: new Map(),
  }
  const report = isJson ? jsonReport(surroundings, counts) : textReport(surroundings, counts)
  return {
    ...report,
    delivery(delivery) {
      const { outcome, code } = delivery
      counts.outcomes[outcome] += 1
      if (code) counts.refusals.set(code, (counts.refusals.get(code) ?? 0) + 1)
      report.delivery(delivery)
    },
  }
}

interface Counts {
  readonly outcomes: Record<ListenedDelivery['outcome'], number>
  /** Of what was rejected, by code. */
  readonly refusals: Map<string, number>
}

function total({ outcomes }: Counts): number {
  return Object.values(outcomes).reduce((sum, number) => sum + number, 0)
}

function jsonReport({ print }: Surroundings, counts: Counts): ListenReport {
  const line = (object: object) => print(jsonLine(object))
  return {
    start: (addresses) => line({ type: 'listening', ...addresses }),
    delivery: (delivery) => line({ type: 'delivery', ...toLine(delivery) }),
    elsewhere: (method, path, expected) => line({ type: 'not_found', method, path, expected }),
    end: () =>
      line({
        type: 'summary',
        deliveries: total(counts),
        ...counts.outcomes,
        refusals: Object.fromEntries(counts.refusals),
      }),
  }
}

function textReport(surroundings: Surroundings, counts: Counts): ListenReport {
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
      print(`${paint.yellow('404')}  ${shown(`${method} ${path}`)}: the endpoint is at ${expected}\n`),
    end: () => print(`\n${summary(counts)}\n`),
  }
}

function deliveryLines(delivery: ListenedDelivery, paint: Paint): string[] {
  const { receivedAt, status, outcome, durationMs, event, key, code, message, bytes, diagnosis } = delivery
  const colour = {
    processed: paint.green,
    duplicate: paint.cyan,
    busy: paint.yellow,
    rejected: paint.red,
    failed: paint.red,
  }[outcome]
  // Without an event and a code it was not read to its end.
  const name = event ?? code ?? 'broke off'
  const head = [
    new Date(receivedAt).toTimeString().slice(0, 8),
    colour(String(status ?? '---')),
    colour(outcome.padEnd(9)),
    shown(name).padEnd(24),
    `${milliseconds(durationMs)} ms`.padStart(8),
    `${grouped(bytes)} B`.padStart(8),
    paint.dim(printable(key ?? '')),
  ]
  const details = diagnosis ? diagnosisLines(diagnosis, paint) : message ? wrap(message, 90) : []
  return [head.join('  ').trimEnd(), ...details.map((line) => `          ${line}`)]
}

/** `4 deliveries: 1 processed, 1 duplicate, 2 rejected (1 signature_mismatch, 1 timestamp_too_old)` */
function summary(counts: Counts): string {
  const sum = total(counts)
  const refusals = [...counts.refusals].map(([code, number]) => `${grouped(number)} ${code}`).join(', ')
  const outcomes = Object.entries(counts.outcomes)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${grouped(number)} ${name}${name === 'rejected' ? ` (${refusals})` : ''}`)
  const head = `${grouped(sum)} ${sum === 1 ? 'delivery' : 'deliveries'}`
  return outcomes.length > 0 ? `${head}: ${outcomes.join(', ')}` : head
}

const MAX_SHOWN = 200

/** A text from outside, fit for a terminal and for a line: a stranger's path may have thousands of characters. */
function shown(text: string): string {
  return printable(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
}
