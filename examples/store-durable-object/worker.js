import { createWebhookHandler } from 'truedy-webhooks'
import { durableObjectStore } from './store.js'

// The runtime makes the objects; it looks for their class here.
export { DedupeObject } from './store.js'

let receive

export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname !== '/webhooks/truedy') return new Response(null, { status: 404 })

    // Once, not for every request: the secret is known only now.
    receive ??= createWebhookHandler({
      secret: env.TRUEDY_WEBHOOK_SECRET,
      store: durableObjectStore(env.DEDUPE),
      onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
    })
    return receive(request)
  },
}
