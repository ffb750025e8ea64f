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
 * @param {number} [options.maxUnsentBytes] - a client that has more than this still to read is dropped
 */
export function createFeed({
  snapshot,
  now = Date.now,
  maxClients = 100,
  maxChanges = 500,
  maxUnsentBytes = 1_048_576,
}) {
  /** @type {Set<ServerResponse>} */
  const clients = new Set()
  /** The last changes, oldest first. Bytes, not text: Node copies text for every client that reads slowly. @type {Buffer[]} */
  const changes = []
  /** The newest snapshot and its number, for all clients that need it. @type {[number, Buffer] | undefined} */
  let shared
  // A number of another run of this program means nothing here.
  const run = randomUUID().slice(0, 8)
  let count = 0

  /**
   * @param {string} event
   * @param {object} data
   */
  const message = (event, data) =>
    Buffer.from(`id: ${run}-${count}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  // Also tells the time, and tells the browser that the connection is alive: a comment would not reach its script.
  const heartbeat = () => `: heartbeat\nevent: heartbeat\ndata: ${JSON.stringify({ now: now() })}\n\n`

  function newestSnapshot() {
    if (shared?.[0] !== count) shared = [count, message('snapshot', snapshot())]
    return shared[1]
  }

  /**
   * What a client does not have yet.
   *
   * @param {string} lastEventId
   */
  function missed(lastEventId) {
    const [itsRun, itsCount] = lastEventId.split('-')
    const behind = count - Number(itsCount)
    const isKnown = itsRun === run && behind >= 0 && behind <= changes.length
    return isKnown ? changes.slice(changes.length - behind) : [newestSnapshot()]
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
    // The heartbeat tells the time: a snapshot may be older than the request.
    response.write(`retry: 2000\n\n${heartbeat()}`)
    for (const bytes of missed(String(request.headers['last-event-id']))) response.write(bytes)
  }

  /** @param {object} change */
  function publish(change) {
    count += 1
    const bytes = message('change', change)
    changes.push(bytes)
    if (changes.length > maxChanges) changes.shift()
    send(bytes)
  }

  /** @param {Buffer | string} bytes */
  function send(bytes) {
    for (const client of clients) {
      // A browser that was dropped reconnects, and gets a snapshot.
      if (client.writableLength > maxUnsentBytes) client.destroy()
      else client.write(bytes)
    }
  }

  return { connect, publish, beat: () => send(heartbeat()) }
}
