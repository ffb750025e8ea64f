/**
 * Sends server-sent events (the HTML standard, §9.2): a snapshot first, then each change. A browser that reconnects sends the
 * id of the last change that it has. It gets the changes that it missed, or a new snapshot if they are no longer kept.
 */

import { randomUUID } from 'node:crypto'

/** @import { IncomingMessage, ServerResponse } from 'node:http' */

/**
 * @param {object} options
 * @param {() => object} options.snapshot - returns everything that the page shows
 * @param {() => number} [options.now] - milliseconds since 1970
 * @param {number} [options.maxClients]
 * @param {number} [options.maxChanges] - how many are kept for browsers that reconnect
 * @param {number} [options.maxUnsentBytes] - a client with more unread bytes than this is disconnected
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
  /** The last changes, oldest first. They are bytes, because Node would copy a string for each slow client. @type {Buffer[]} */
  const changes = []
  /** The newest snapshot and its number, for all clients that need it. @type {[number, Buffer] | undefined} */
  let shared
  // Part of each id, because the numbers start again with each run of this program.
  const run = randomUUID().slice(0, 8)
  let count = 0

  /**
   * @param {string} event
   * @param {object} data
   */
  const message = (event, data) =>
    Buffer.from(`id: ${run}-${count}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  // Sends the server's time and shows that the connection is alive. It is an event, because comments don't reach the page's script.
  const heartbeat = () => `: heartbeat\nevent: heartbeat\ndata: ${JSON.stringify({ now: now() })}\n\n`

  function newestSnapshot() {
    if (shared?.[0] !== count) shared = [count, message('snapshot', snapshot())]
    return shared[1]
  }

  /**
   * Returns what a client doesn't have yet.
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
   * Responds to a request with the feed.
   *
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  function connect(request, response) {
    if (clients.size >= maxClients) return void response.writeHead(503).end()
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Tells nginx not to buffer the feed.
      'x-accel-buffering': 'no',
    })
    clients.add(response)
    response.on('close', () => clients.delete(response))
    // The heartbeat sends the time, because the snapshot may be older than the request.
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
      // The browser reconnects and gets what it missed, or a snapshot.
      if (client.writableLength > maxUnsentBytes) client.destroy()
      else client.write(bytes)
    }
  }

  return { connect, publish, beat: () => send(heartbeat()) }
}
