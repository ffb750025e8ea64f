import { createWebhookHandler } from 'truedy-webhooks'

let handler

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname !== '/webhooks/truedy') return new Response(null, { status: 404 })
    // Once, at the first request: only then the secret is known, and the handler's store is in memory.
    handler ??= createWebhookHandler({
      secret: env.TRUEDY_WEBHOOK_SECRET,
      onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
    })
    return handler(request)
  },
}
