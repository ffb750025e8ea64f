/** The feed of the page. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ListenedDelivery, toLine } from './delivery.js'
import type { DeliveryLog } from './log.js'

/** A browser that reads more slowly than this is dropped, and comes back by itself. */
const MAX_UNREAD_BYTES = 8 * 1_048_576

/** Characters of an event's name in the list: with all of a very long one, a browser would never catch up. */
const MAX_NAME = 200

/**
 * Server-sent events: what the page has not seen, then each new delivery.
 *
 * @param run - names this run of the program, and no other
 */
export function sendEvents(
  request: IncomingMessage,
  response: ServerResponse,
  log: DeliveryLog,
  run: string,
): void {
  const [lastRun, last = ''] = String(request.headers['last-event-id'] ?? '').split('-')
  const isSameRun = lastRun === run && /^\d+$/.test(last)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delivery: ListenedDelivery) => {
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
    else response.write(`id: ${run}-${delivery.number}\ndata: ${JSON.stringify(toRow(delivery))}\n\n`)
  }
  // Back in half a second; where that is another run, the page begins anew.
  response.write(`retry: 500\n${isSameRun ? '' : 'event: reset\ndata:\n'}\n`)
  for (const delivery of log.after(isSameRun ? Number(last) : 0)) send(delivery)
  // What follows is news.
  response.write('event: live\ndata:\n\n')
  response.on('close', log.subscribe(send))
}

function toRow(delivery: ListenedDelivery): Readonly<Record<string, unknown>> {
  const { event } = delivery
  const isLong = event !== undefined && event.length > MAX_NAME
  return toLine(isLong ? { ...delivery, event: `${event.slice(0, MAX_NAME)}…` } : delivery)
}
