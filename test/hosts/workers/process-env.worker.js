import { createWebhookHandler } from 'truedy-webhooks'

// With `nodejs_compat`, `process.env` has the secret as soon as the Worker starts.
export default {
  fetch: createWebhookHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  }),
}
