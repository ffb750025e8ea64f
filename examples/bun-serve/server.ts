import { createWebhookHandler } from 'truedy-webhooks'

// Takes the secret from TRUEDY_WEBHOOK_SECRET, and fails at once without one.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

// Listens on PORT, or on 3000 without one.
Bun.serve({
  hostname: '127.0.0.1',
  routes: {
    '/webhooks/truedy': (request) => receive(request),
    '/greetings': {
      POST: async (request) => {
        const { name } = await request.json()
        return Response.json({ greeting: `Hello ${name}` })
      },
    },
  },
})
