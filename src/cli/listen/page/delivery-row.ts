/** Creates the row of a delivery in the list. */

import type { DeliveryLine } from '../delivery-line.js'
import { verdictOf } from '../verdict.js'
import { make } from './dom.js'

/** A row, with the data to filter and open it. */
export interface DeliveryRow {
  readonly delivery: DeliveryLine
  readonly item: HTMLLIElement
  readonly button: HTMLButtonElement
  /** The text that a filter searches, in lower case. */
  readonly text: string
}

/** Creates a row. */
export function makeRow(delivery: DeliveryLine): DeliveryRow {
  const { receivedAt, status, outcome, event, key, code, message, causes, durationMs, bytes } = delivery
  const button = make(
    'button',
    { type: 'button', className: 'row', tabIndex: -1 },
    make('span', { className: `verdict ${outcome}`, textContent: verdictOf(delivery) }),
    make('span', { className: 'name', textContent: event ?? code ?? 'no event' }),
    make('span', { className: 'time', textContent: new Date(receivedAt).toLocaleTimeString() }),
    make('span', { className: 'status mono', textContent: String(status ?? '---') }),
    make('span', { className: 'sub mono', textContent: key ?? causes?.join(' + ') ?? message ?? '' }),
    make('span', { className: 'numbers', textContent: `${durationMs} ms · ${sizeText(bytes)}` }),
  )
  const item = make('li', {}, button)
  const text = [event, key, code, ...(causes ?? []), status, verdictOf(delivery)].join(' ').toLowerCase()
  return { delivery, item, button, text }
}

function sizeText(bytes: number): string {
  return bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`
}
