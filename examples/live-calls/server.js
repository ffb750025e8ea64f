import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { createBoard } from './board.js'
import { createFeed } from './feed.js'

const HEARTBEAT_MS = 15_000

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/rows.js': ['rows.js', 'text/javascript; charset=utf-8'],
  '/figures.js': ['figures.js', 'text/javascript; charset=utf-8'],
  '/format.js': ['format.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
}

const SECURITY_HEADERS = {
  // Only files of this server load, and the browser never parses a string as markup.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const board = createBoard()
const feed = createFeed({ snapshot: () => ({ calls: board.calls() }) })

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  onEvent: (event, { key }) => {
    publish(board.record(event))
    console.log(JSON.stringify({ processed: event.event, key }))
  },
})

setInterval(() => {
  publish(board.expire())
  feed.beat()
}, HEARTBEAT_MS)

function publish(change) {
  if (change) feed.publish(change)
}

const pages = new Map(
  Object.entries(FILES).map(([path, [name, type]]) => [
    path,
    { type, body: readFileSync(new URL(`public/${name}`, import.meta.url)) },
  ]),
)

createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  const page = pages.get(path)
  if (request.method !== 'GET' || (!page && path !== '/events')) return response.writeHead(404).end()
  if (!isWelcome(request)) {
    return response.writeHead(401, { 'www-authenticate': 'Basic realm="Live calls"' }).end()
  }
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  if (!page) return feed.connect(request, response)
  response.writeHead(200, { 'content-type': page.type, 'cache-control': 'no-cache' }).end(page.body)
}).listen(process.env.PORT ?? 3000)

/** Tells whether a request may see the calls. If a password is set, the request must have it, with any user name. */
function isWelcome({ headers }) {
  const password = process.env.DASHBOARD_PASSWORD
  if (!password) return true
  const [scheme, credentials] = headers.authorization?.split(' ') ?? []
  if (scheme !== 'Basic' || !credentials) return false
  const given = Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
  return timingSafeEqual(digest(given), digest(password))
}

function digest(text) {
  return createHash('sha256').update(text).digest()
}
