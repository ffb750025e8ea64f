import { createWebhookHandler } from 'truedy-webhooks'
import { durableObjectStore } from './store.js'

// The runtime creates the objects, and looks for their class here.
export { DedupeObject } from './store.js'

let receive

export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname !== '/webhooks/truedy') return new Response(null, { status: 404 })

    // Created once, at the first request, because `env` isn't known before.
    receive ??= createWebhookHandler({
      secret: env.TRUEDY_WEBHOOK_SECRET,
      store: durableObjectStore(env.DEDUPE),
      onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
    })
    return receive(request)
  },
}
