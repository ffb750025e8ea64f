import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createWebhookHandler } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const app = new Hono()

app.all('/webhooks/truedy', (context) => receive(context.req.raw))

app.post('/greetings', async (context) => {
  const { name } = await context.req.json()
  return context.json({ greeting: `Hello ${name}` })
})

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' })
