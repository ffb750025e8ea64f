/** What `listen` prints. */

import { diagnosisLines, wrap } from '../diagnosis-text.js'
import { type Paint, paintFor, printable } from '../paint.js'
import { grouped, milliseconds } from '../send/figures.js'
import type { Surroundings } from '../surroundings.js'
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
  const counts = new Map<string, number>()
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
  const report = isJson ? jsonReport(surroundings, counts) : textReport(surroundings, counts)
  return {
    ...report,
    delivery(delivery) {
      count(delivery.outcome)
      if (delivery.code) count(delivery.code)
      report.delivery(delivery)
    },
  }
}

type Counts = ReadonlyMap<string, number>

const OUTCOMES: readonly ListenedDelivery['outcome'][] = [
  'processed',
  'duplicate',
  'busy',
  'rejected',
  'failed',
]

function total(counts: Counts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0)
}

function jsonReport({ print }: Surroundings, counts: Counts): ListenReport {
  const line = (object: object) => print(`${JSON.stringify(object)}\n`)
  return {
    start: (addresses) => line({ type: 'listening', ...addresses }),
    delivery: (delivery) => line({ type: 'delivery', ...toLine(delivery) }),
    elsewhere: (method, path, expected) => line({ type: 'not_found', method, path, expected }),
    end: () => line({ type: 'summary', deliveries: total(counts), ...Object.fromEntries(counts) }),
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
      print(`${paint.yellow('404')}  ${printable(`${method} ${path}`)}: the endpoint is at ${expected}\n`),
    end() {
      const parts = [...counts].map(([name, number]) => `${grouped(number)} ${name}`)
      print(`\n${[`deliveries  ${grouped(total(counts))}`, ...parts].join(', ')}\n`)
    },
  }
}

function deliveryLines(delivery: ListenedDelivery, paint: Paint): string[] {
  const { receivedAt, method, status, outcome, durationMs, event, key, code, message, body, diagnosis } =
    delivery
  const colour = {
    processed: paint.green,
    duplicate: paint.cyan,
    busy: paint.yellow,
    rejected: paint.red,
    failed: paint.red,
  }[outcome]
  const name = event ?? code ?? (outcome === 'failed' ? 'broke off' : method)
  const head = [
    new Date(receivedAt).toTimeString().slice(0, 8),
    colour(String(status)),
    colour(outcome.padEnd(9)),
    printable(name).padEnd(24),
    `${milliseconds(durationMs)} ms`.padStart(8),
    `${grouped(body.length)} B`.padStart(8),
    paint.dim(printable(key ?? '')),
  ]
  const details = diagnosis ? diagnosisLines(diagnosis, paint) : message ? wrap(message, 90) : []
  return [head.join('  ').trimEnd(), ...details.map((line) => `          ${line}`)]
}
