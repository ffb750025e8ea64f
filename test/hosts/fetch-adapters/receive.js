import { createWebhookHandler } from 'truedy-webhooks'

export const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
