/** Sends the feed of the page: server-sent events. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type DeliveryLine, toLine } from './delivery-line.js'
import type { ListenedDelivery } from './listened-delivery.js'
import type { DeliveryLog } from './log.js'

/** A browser with more unread data than this is disconnected. It reconnects by itself. */
const MAX_UNREAD_BYTES = 8 * 1_048_576

/**
 * The maximum length of an event's name in the feed. Without it, the first batch for a page could exceed {@link MAX_UNREAD_BYTES}.
 */
const MAX_NAME = 200

/**
 * Sends the deliveries that the page has not seen, then each new one.
 *
 * @param run - the unique name of this run of the program
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
    else response.write(`id: ${run}-${delivery.number}\ndata: ${JSON.stringify(toFeedLine(delivery))}\n\n`)
  }
  // The browser reconnects after half a second. `reset` clears the page if its deliveries are from another run.
  response.write(`retry: 500\n${isSameRun ? '' : 'event: reset\ndata:\n'}\n`)
  for (const delivery of log.after(isSameRun ? Number(last) : 0)) send(delivery)
  // Everything after this event is new.
  response.write('event: live\ndata:\n\n')
  response.on('close', log.subscribe(send))
}

function toFeedLine(delivery: ListenedDelivery): DeliveryLine {
  const { event } = delivery
  const isLong = event !== undefined && event.length > MAX_NAME
  return toLine(isLong ? { ...delivery, event: `${event.slice(0, MAX_NAME)}…` } : delivery)
}
