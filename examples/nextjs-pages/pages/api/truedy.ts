import { createNodeHandler } from 'truedy-webhooks/node'

// Makes Next.js leave the request unread.
export const config = { api: { bodyParser: false } }

// Reads the secret from TRUEDY_WEBHOOK_SECRET at the first request, because Next.js doesn't load an API route earlier.
export default createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
