import { serve } from 'srvx'
import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

serve({
  hostname: '127.0.0.1',
  port: process.env.PORT,
  silent: true,
  fetch: (request) =>
    new URL(request.url).pathname === '/webhooks/truedy'
      ? receive(request)
      : new Response(null, { status: 404 }),
})
