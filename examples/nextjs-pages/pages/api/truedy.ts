import { createNodeHandler } from 'truedy-webhooks/node'

// Next.js then leaves the request unread.
export const config = { api: { bodyParser: false } }

// Takes the secret from TRUEDY_WEBHOOK_SECRET, at the first request: before that, Next.js loads no API route.
export default createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
