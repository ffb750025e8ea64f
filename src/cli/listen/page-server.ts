/**
 * Serves the page: on a port of its own, so that a tunnel to the endpoint never shows it, and only to the browser on this
 * machine. A request under another name (a foreign `Host`, after a DNS answer that points here) or from another page (a
 * foreign `Origin`) is rejected. So is a request without the token, which is the first part of the path in the printed URL:
 * otherwise, other programs on this machine could use the page to sign deliveries.
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
  // Each run numbers its deliveries from 1, so a page from an earlier run must be able to tell the runs apart.
  const run = randomBytes(6).toString('hex')
  const server = createServer((request, response) => {
    // Rejects if the browser goes away in the middle of an order.
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
      'This page is only for the browser on this machine. Open it under 127.0.0.1 or localhost.',
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

/** Compares in constant time. */
function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Tells whether a request was made under a name of this machine, and by nobody but the page itself. */
function isOwn({ method, headers, socket }: IncomingMessage): boolean {
  const { host = '', origin } = headers
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`)
  if (!names.includes(host.toLowerCase())) return false
  // Another page can't leave out its Origin in a POST.
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
    // The browser itself makes sure that the page inserts nothing but text.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
  })
  // The endpoint is our own origin plus a URL path, and neither can hold a quote. A path may hold "$&", which `replaceAll`
  // would expand in a string, so the replacement is a function.
  const escaped = endpoint.replaceAll('&', '&amp;')
  response.end(page.replaceAll('{{nonce}}', nonce).replaceAll('{{endpoint}}', () => escaped))
}

function sendDetails(response: ServerResponse, delivery: ListenedDelivery | undefined): void {
  if (delivery) endWithJson(response, 200, toDetails(delivery))
  else endWithoutDelivery(response)
}
