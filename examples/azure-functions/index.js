import { app } from '@azure/functions'
import { createReceiver } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createReceiver({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

app.http('truedy', {
  route: 'webhooks/truedy',
  // Truedy sends no function key. Its signature proves that a delivery is valid.
  authLevel: 'anonymous',
  // The library gets all methods, and responds with 405 to those other than POST.
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  async handler(request) {
    const { status, headers, body } = await receive({
      method: request.method,
      headers: request.headers,
      body: await request.arrayBuffer(),
    })
    // A 204 must not have a body, not even an empty one.
    return { status, headers, body: body || undefined }
  },
})
