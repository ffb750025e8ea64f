import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  // A function, because `next build` loads this file and has no secret.
  secret: () => process.env.TRUEDY_WEBHOOK_SECRET,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

// The library responds with 405 to all methods except POST.
export { receive as DELETE, receive as GET, receive as PATCH, receive as POST, receive as PUT }
