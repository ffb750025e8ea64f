import { createWebhookHandler } from 'truedy-webhooks'

export const config = { runtime: 'edge' }

// Takes the secret from TRUEDY_WEBHOOK_SECRET, and fails at once without one.
export default createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
