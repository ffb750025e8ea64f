/**
 * Serves the page to the browser on this machine. The page has its own port, so that a tunnel to the endpoint never shows it.
 * It rejects a foreign `Host` (DNS rebinding), a foreign `Origin` (another page), and a request without the token, which is
 * the first part of the path in the printed URL. Without the token, other programs on this machine could make the server sign
 * deliveries.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { toDetails } from './delivery-details.js'
import type { ListenedDelivery } from './listened-delivery.js'
import type { DeliveryLog } from './log.js'
import { type ListeningServer, listenOn } from './loopback-server.js'
import page from './page/page.html'
import { sendEvents } from './page-events.js'
import { sendReplay } from './page-replay.js'
import { endWithJson, endWithoutDelivery, endWithText } from './page-responses.js'

/** The dependencies of the page. */
export interface PageSettings {
  readonly log: DeliveryLog
  readonly secret: string
  /** The URL of the endpoint. */
  readonly endpoint: string
}

/** The server of the page. */
export interface PageServer extends ListeningServer {
  /** The URL of the page, with its token. */
  readonly url: string
}

/** Starts the page on 127.0.0.1 and a free port. */
export async function startPage(settings: PageSettings): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url')
  // Each run numbers its deliveries from 1, so the ids of the feed contain a name of the run.
  const run = randomBytes(6).toString('hex')
  const server = createServer((request, response) => {
    // Rejects if the browser disconnects in the middle of a request.
    respond(request, response, { ...settings, run, token }).catch(() => response.destroy())
  })
  const listening = await listenOn(server, 0, '')
  return { ...listening, url: `${listening.origin}/${token}/` }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { run, token, ...settings }: PageSettings & { readonly run: string; readonly token: string },
): Promise<void> {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('cache-control', 'no-store')
  if (!isOwn(request)) {
    endWithText(
      response,
      403,
      'This page is only for the browser on this machine. Open it at 127.0.0.1 or localhost.',
    )
    return
  }
  const [whole = ''] = (request.url ?? '').split('?', 1)
  const [, given = '', path = ''] = /^\/([^/]*)(.*)$/s.exec(whole) ?? []
  if (!isEqual(given, token)) {
    endWithText(response, 403, 'The token of this run is missing. Open the URL that listen printed.')
    return
  }
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
      endWithText(response, 404, 'Nothing is here. Open the URL that listen printed.')
  }
}

/** Compares two strings in constant time. */
function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Tells whether a request names this machine as its host, and doesn't come from another page. */
function isOwn({ method, headers, socket }: IncomingMessage): boolean {
  const { host = '', origin } = headers
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`)
  if (!names.includes(host.toLowerCase())) return false
  // In a POST, a browser always sends the Origin of the page.
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
    // The browser then lets the page insert only text, never HTML.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
  })
  // The endpoint is our own origin plus a URL path, and neither can contain `<` or `"`. A path can contain "$&", which
  // `replaceAll` would expand in a string, so the replacement is a function.
  const escaped = endpoint.replaceAll('&', '&amp;')
  response.end(page.replaceAll('{{nonce}}', nonce).replaceAll('{{endpoint}}', () => escaped))
}

function sendDetails(response: ServerResponse, delivery: ListenedDelivery | undefined): void {
  if (delivery) endWithJson(response, 200, toDetails(delivery))
  else endWithoutDelivery(response)
}
