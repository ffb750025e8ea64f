import { createWebhookHandler } from 'truedy-webhooks'

export const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
})
