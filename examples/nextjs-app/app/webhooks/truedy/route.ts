import { createWebhookHandler } from 'truedy-webhooks'

let handler: ReturnType<typeof createWebhookHandler> | undefined

function receive(request: Request): Promise<Response> {
  // At the first request, not at import: `next build` loads this file, and has no secret.
  handler ??= createWebhookHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
  })
  return handler(request)
}

// All but POST are answered with 405.
export { receive as DELETE, receive as GET, receive as PATCH, receive as POST, receive as PUT }
