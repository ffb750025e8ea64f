import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  secret: (_request, env) => env.TRUEDY_WEBHOOK_SECRET,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname !== '/webhooks/truedy') return new Response(null, { status: 404 })
    return receive(request, env)
  },
}
