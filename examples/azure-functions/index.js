import { app } from '@azure/functions'
import { createReceiver } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createReceiver({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

app.http('truedy', {
  route: 'webhooks/truedy',
  // Truedy's signature is the key.
  authLevel: 'anonymous',
  // So the library gets the other methods too, and answers 405.
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  async handler(request) {
    const { status, headers, body } = await receive({
      method: request.method,
      headers: request.headers,
      body: await request.arrayBuffer(),
    })
    // A 204 must have no body, not even an empty one.
    return { status, headers, body: body || undefined }
  },
})
