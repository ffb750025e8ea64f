import { createWebhookHandler } from 'truedy-webhooks'

let receive

export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname !== '/webhooks/truedy') return new Response(null, { status: 404 })

    // Once, not for every request: the secret is known only now, and the handler remembers what it has handled.
    receive ??= createWebhookHandler({
      secret: env.TRUEDY_WEBHOOK_SECRET,
      onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
    })
    return receive(request)
  },
}
