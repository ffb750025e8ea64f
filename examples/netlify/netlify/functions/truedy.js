import { createWebhookHandler } from 'truedy-webhooks'

export const config = { path: '/webhooks/truedy' }

// Takes the secret from TRUEDY_WEBHOOK_SECRET, and fails at once without one.
export default createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
