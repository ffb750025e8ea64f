import { Hono } from 'hono'
import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  secret: (_request, env) => env.TRUEDY_WEBHOOK_SECRET,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const app = new Hono()
app.all('/webhooks/truedy', ({ req, env }) => receive(req.raw, env))

export default app
