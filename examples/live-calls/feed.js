/**
 * Server-sent events (the HTML standard, §9.2): a snapshot first, then each change. A browser that comes back names the
 * last change that it has, and gets what it missed, or another snapshot where that is no longer known.
 */

import { randomUUID } from 'node:crypto'

/** @import { IncomingMessage, ServerResponse } from 'node:http' */

/**
 * @param {object} options
 * @param {() => object} options.snapshot - all that there is
 * @param {() => number} [options.now] - milliseconds since 1970
 * @param {number} [options.maxClients]
 * @param {number} [options.maxChanges] - how many are kept for browsers that come back
 * @param {number} [options.maxUnsentBytes] - a client with more than this to be read yet is dropped
 */
export function createFeed({
  snapshot,
  now = Date.now,
  maxClients = 100,
  maxChanges = 500,
  maxUnsentBytes = 4_194_304,
}) {
  /** @type {Set<ServerResponse>} */
  const clients = new Set()
  /** The last changes, oldest first. @type {string[]} */
  const changes = []
  // A number of another run of this program means nothing here.
  const run = randomUUID().slice(0, 8)
  let count = 0

  /**
   * @param {string} event
   * @param {object} data
   */
  const message = (event, data) => `id: ${run}-${count}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  // Also tells the time, and tells the browser that the connection is alive: a comment would not reach its script.
  const heartbeat = () => `: heartbeat\nevent: heartbeat\ndata: ${JSON.stringify({ now: now() })}\n\n`

  /**
   * What a client does not have yet.
   *
   * @param {string} lastEventId
   */
  function missed(lastEventId) {
    const [itsRun, itsCount] = lastEventId.split('-')
    const behind = count - Number(itsCount)
    const isKnown = itsRun === run && behind >= 0 && behind <= changes.length
    if (!isKnown) return message('snapshot', { now: now(), ...snapshot() })
    return changes.slice(changes.length - behind).join('') + heartbeat()
  }

  /**
   * Answers a request with the feed.
   *
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  function connect(request, response) {
    if (clients.size >= maxClients) return void response.writeHead(503).end()
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Tells nginx not to hold it back.
      'x-accel-buffering': 'no',
    })
    clients.add(response)
    response.on('close', () => clients.delete(response))
    response.write(`retry: 2000\n\n${missed(String(request.headers['last-event-id']))}`)
  }

  /** @param {object} change */
  function publish(change) {
    count += 1
    const text = message('change', change)
    changes.push(text)
    if (changes.length > maxChanges) changes.shift()
    send(text)
  }

  /** @param {string} text */
  function send(text) {
    for (const client of clients) {
      // What a slow client has not read fills our memory. It comes back for a snapshot.
      if (client.writableLength > maxUnsentBytes) client.destroy()
      else client.write(text)
    }
  }

  return { connect, publish, beat: () => send(heartbeat()) }
}
