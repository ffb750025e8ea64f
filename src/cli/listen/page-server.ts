/**
 * The page: on a port of its own, so that a tunnel to the receiver never shows it, and for this machine's own browser
 * only. Whatever is asked under another name (a foreign `Host`, after a DNS answer that points here) or by another page
 * (a foreign `Origin`) is refused.
 */

import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { end, sendJson } from './answers.js'
import type { ListenedDelivery } from './delivery.js'
import type { DeliveryLog } from './log.js'
import page from './page.html'
import { sendEvents } from './page-events.js'
import { sendReplay } from './page-replay.js'
import { whyNotReplay } from './replay.js'
import { type ListeningServer, listenOn } from './server.js'

/** What the page needs. */
export interface PageSettings {
  readonly log: DeliveryLog
  readonly secret: string
  /** Where the receiver listens. */
  readonly endpoint: string
}

/** Starts the page on 127.0.0.1 and a free port. */
export async function startPage(settings: PageSettings): Promise<ListeningServer> {
  // Numbers of deliveries begin anew with each run: a page that outlived one must not take them for its own.
  const run = randomBytes(6).toString('hex')
  const server = createServer((request, response) => {
    // Of a browser that goes away in the middle of an order.
    answer(request, response, settings, run).catch(() => response.destroy())
  })
  return listenOn(server, 0, '')
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  settings: PageSettings,
  run: string,
): Promise<void> {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('cache-control', 'no-store')
  if (!isOwn(request)) {
    end(response, 403, 'This page is for the browser on this machine, under 127.0.0.1 or localhost.')
    return
  }
  const [path = ''] = (request.url ?? '').split('?', 1)
  const [, number] = /^\/deliveries\/(\d{1,15})$/.exec(path) ?? []
  const route = `${request.method} ${number ? '/deliveries' : path}`
  switch (route) {
    case 'GET /':
      return sendPage(response, settings)
    case 'GET /events':
      return sendEvents(request, response, settings.log, run)
    case 'GET /deliveries':
      return sendDetails(response, settings.log.find(Number(number)))
    case 'POST /replay':
      return sendReplay(request, response, settings)
    default:
      end(response, 404, 'There is nothing here.')
  }
}

/** Whether it was asked under a name of this machine, and by nobody but the page itself. */
function isOwn({ method, headers, socket }: IncomingMessage): boolean {
  const { host = '', origin } = headers
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`)
  if (!names.includes(host.toLowerCase())) return false
  // A page of others cannot leave out its Origin where it POSTs.
  return origin === undefined ? method === 'GET' : origin.toLowerCase() === `http://${host.toLowerCase()}`
}

function sendPage(response: ServerResponse, { endpoint }: PageSettings): void {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // The browser itself holds the page to text.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
  })
  // The endpoint is an origin of ours and a path that a URL holds: neither has a quote. A path may hold "$&", though.
  const escaped = endpoint.replaceAll('&', '&amp;')
  response.end(page.replaceAll('{{nonce}}', nonce).replaceAll('{{endpoint}}', () => escaped))
}

function sendDetails(response: ServerResponse, delivery: ListenedDelivery | undefined): void {
  if (!delivery) {
    end(response, 404, 'It is no longer kept: only the newest are.')
    return
  }
  const { method, rawHeaders, body, isGenuine, isWhole } = delivery
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  )
  sendJson(response, 200, {
    method,
    headers,
    body: Buffer.from(body).toString('utf8'),
    isText: isUtf8(body),
    isWhole,
    isGenuine,
    whyNotReplay: whyNotReplay(delivery),
  })
}
