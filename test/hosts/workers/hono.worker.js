import { Hono } from 'hono'
import { createWebhookHandler } from 'truedy-webhooks'

let handler

const app = new Hono()
app.all('/webhooks/truedy', ({ req, env }) => {
  handler ??= createWebhookHandler({
    secret: env.TRUEDY_WEBHOOK_SECRET,
    onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
  })
  return handler(req.raw)
})

export default app
