import { createWebhookHandler } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

// Bun listens on PORT, or on 3000 if PORT isn't set.
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
