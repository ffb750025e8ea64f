import { createWebhookHandler } from 'truedy-webhooks'

export const config = { runtime: 'edge' }

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
export default createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
