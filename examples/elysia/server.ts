import { Elysia, t } from 'elysia'
import { createWebhookHandler } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

new Elysia()
  // With `parse: 'none'`, no parser consumes the signed bytes, even if a hook mentions `body`.
  .all('/webhooks/truedy', ({ request }) => receive(request), { parse: 'none' })
  .post('/greetings', ({ body }) => ({ greeting: `Hello ${body.name}` }), {
    body: t.Object({ name: t.String() }),
  })
  .listen({ hostname: '127.0.0.1', port: process.env.PORT ?? 3000 })
