import { createWebhookHandler } from 'truedy-webhooks'

let handler

function receive(request) {
  // At the first request, because `next build` loads this file without the secret.
  handler ??= createWebhookHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
  })
  return handler(request)
}

export { receive as DELETE, receive as GET, receive as PATCH, receive as POST, receive as PUT }
