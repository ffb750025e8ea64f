import { createWebhookHandler } from 'truedy-webhooks'

export const runtime = 'edge'

const receive = createWebhookHandler({
  // A function, because `next build` loads this file without the secret.
  secret: () => process.env.TRUEDY_WEBHOOK_SECRET,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export { receive as DELETE, receive as GET, receive as PATCH, receive as POST, receive as PUT }
