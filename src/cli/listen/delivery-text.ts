/** Formats a delivery for people. */

import { idOf } from '../event-id.js'
import { diagnosisLines } from '../terminal/diagnosis-text.js'
import { grouped, milliseconds } from '../terminal/figures.js'
import type { Paint } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { breakAnywhere, padColumns, shorten, wrap } from '../terminal/wrap.js'
import type { ListenedDelivery } from './listened-delivery.js'
import { indentJson } from './page/indent-json.js'
import { verdictOf } from './verdict.js'

/** The settings of the output, and the lines about the app. */
export interface DeliveryTextOptions {
  readonly paint: Paint
  readonly columns: number
  /** The lines about the app's response. */
  readonly appLines: readonly string[]
}

/** The indent of the details: the width of the time column and the gap after it. */
export const DETAIL_INDENT = 10

/** The widths of the parts of a row: `12:34:56`, `204`, `processed`, `voice.training.completed`, `1,234 ms`. */
const TIME = 8
const STATUS = 3
const VERDICT = 9
const NAME = 24
const FIGURE = 8
const GAP = '  '

/** The minimum width of a terminal for durations and sizes. In a narrower one, they would leave no room for the id. */
const WIDE_COLUMNS = 110

/** Formats the lines of a delivery: a row, then the reason for a rejection, the app's response and the payload. */
export function deliveryLines(
  delivery: ListenedDelivery,
  { paint, columns, appLines }: DeliveryTextOptions,
): string[] {
  const width = columns - DETAIL_INDENT
  const { diagnosis, message, payload } = delivery
  const why = diagnosis ? diagnosisLines(diagnosis, paint, width) : message ? wrap(message, width) : []
  const shown = payload ? payloadLines(payload, width) : []
  return [
    deliveryRow(delivery, paint, columns),
    ...[...why, ...appLines, ...shown].map((line) => ' '.repeat(DETAIL_INDENT) + line),
  ]
}

function deliveryRow(delivery: ListenedDelivery, paint: Paint, columns: number): string {
  const { receivedAt, status, durationMs, event, key, code, bytes } = delivery
  const isWide = columns >= WIDE_COLUMNS
  const figures = isWide
    ? [`${milliseconds(durationMs)} ms`.padStart(FIGURE), `${grouped(bytes)} B`.padStart(FIGURE)]
    : []
  // The width of everything before the name, including the gaps.
  const before = TIME + STATUS + VERDICT + 3 * GAP.length
  const nameColumns = Math.min(NAME, columns - before)
  const after = figures.length * (FIGURE + GAP.length) + GAP.length
  const idColumns = columns - before - nameColumns - after
  const color = colorOf(delivery, paint)
  // A delivery with neither event nor code was not received completely.
  const name = shorten(printable(event ?? code ?? 'connection closed'), nameColumns)
  const id = key === undefined || idColumns < FIGURE ? '' : shorten(printable(idOf(key)), idColumns)
  return [
    new Date(receivedAt).toTimeString().slice(0, TIME),
    color(String(status ?? '---')),
    color(verdictOf(delivery).padEnd(VERDICT)),
    padColumns(name, nameColumns),
    ...figures,
    id && paint.dim(id),
  ]
    .join(GAP)
    .trimEnd()
}

function colorOf({ outcome, app, status = 0 }: ListenedDelivery, paint: Paint): (text: string) => string {
  // The sender gets the status of the app. If it isn't a 2xx, Truedy may retry.
  if (app && outcome !== 'rejected' && (status < 200 || status > 299)) return paint.red
  const colors = {
    processed: paint.green,
    duplicate: paint.cyan,
    busy: paint.yellow,
    rejected: paint.red,
    failed: paint.red,
  }
  return colors[outcome]
}

function payloadLines(payload: object, columns: number): string[] {
  const text = JSON.stringify(payload)
  return (indentJson(text) ?? text).split('\n').flatMap((line) => breakAnywhere(printable(line), columns))
}
