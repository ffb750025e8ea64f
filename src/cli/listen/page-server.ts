/**
 * The page: on a port of its own, so that a tunnel to the receiver never shows it, and for this machine's own browser
 * only. Whatever is asked under another name (a foreign `Host`, after a DNS answer that points here) or by another page
 * (a foreign `Origin`) is refused.
 */

import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isObject } from '../../json.js'
import { type ListenedDelivery, toLine } from './delivery.js'
import type { DeliveryLog } from './log.js'
import page from './page.html'
import { replay } from './replay.js'
import { type ListeningServer, listenOn } from './server.js'

/** What the page needs. */
export interface PageSettings {
  readonly log: DeliveryLog
  readonly secret: string
  /** Where the receiver listens. */
  readonly endpoint: string
}

/** A browser that reads more slowly than this is dropped, and comes back by itself. */
const MAX_UNREAD_BYTES = 8 * 1_048_576
const MAX_REPLAY_BYTES = 10_000

/** Starts the page on 127.0.0.1 and a free port. */
export async function startPage(settings: PageSettings): Promise<ListeningServer> {
  // Numbers of deliveries begin anew with each run: a page that outlived one must not take them for its own.
  const run = randomBytes(6).toString('hex')
  const server = createServer((request, response) => {
    answer(request, response, settings, run).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
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
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const [, number] = /^\/deliveries\/(\d{1,15})$/.exec(pathname) ?? []
  const route = `${request.method} ${number ? '/deliveries' : pathname}`
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

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
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
  ]
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
  })
  // The endpoint is an origin of ours and a path that a URL holds: neither has a quote.
  response.end(
    page.replaceAll('{{nonce}}', nonce).replaceAll('{{endpoint}}', endpoint.replaceAll('&', '&amp;')),
  )
}

/** Server-sent events: what the page has not seen, then each new delivery. */
function sendEvents(request: IncomingMessage, response: ServerResponse, log: DeliveryLog, run: string): void {
  const [lastRun, last = ''] = String(request.headers['last-event-id'] ?? '').split('-')
  const isSameRun = lastRun === run && /^\d+$/.test(last)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delivery: ListenedDelivery) => {
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
    else response.write(`id: ${run}-${delivery.number}\ndata: ${JSON.stringify(toLine(delivery))}\n\n`)
  }
  // Back in half a second; where that is another run, the page begins anew.
  response.write(`retry: 500\n${isSameRun ? '' : 'event: reset\ndata:\n'}\n`)
  for (const delivery of log.after(isSameRun ? Number(last) : 0)) send(delivery)
  // What follows is news.
  response.write('event: live\ndata:\n\n')
  response.on('close', log.subscribe(send))
}

function sendDetails(response: ServerResponse, delivery: ListenedDelivery | undefined): void {
  if (!delivery) {
    end(response, 404, 'It is no longer kept: only the newest are.')
    return
  }
  const { method, rawHeaders, body, isGenuine } = delivery
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  )
  sendJson(response, 200, { method, headers, body: Buffer.from(body).toString('utf8'), isGenuine })
}

async function sendReplay(
  request: IncomingMessage,
  response: ServerResponse,
  { log, secret }: PageSettings,
): Promise<void> {
  if (request.headers['content-type'] !== 'application/json') {
    end(response, 415, 'Only JSON.')
    return
  }
  const { number, url } = await readOrder(request)
  const delivery = log.find(Number(number))
  const target =
    typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : undefined
  if (!delivery) end(response, 404, 'It is no longer kept: only the newest are.')
  else if (!target) end(response, 400, 'The address begins with http:// or https://.')
  else sendJson(response, 200, await replay(delivery, target, secret))
}

async function readOrder(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_REPLAY_BYTES) return {}
  }
  try {
    const order: unknown = JSON.parse(text)
    return isObject(order) ? order : {}
  } catch {
    // Answered as what it is: an order for nothing.
    return {}
  }
}
