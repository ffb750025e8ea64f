import { createServer } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { receive } from './receive.js'

const listener = createRequestListener((request) =>
  new URL(request.url).pathname === '/webhooks/truedy'
    ? receive(request)
    : new Response(null, { status: 404 }),
)
createServer(listener).listen(Number(process.env.PORT), '127.0.0.1')
