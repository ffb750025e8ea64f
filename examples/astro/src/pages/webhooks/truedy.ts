import { getSecret } from 'astro:env/server'
import type { APIRoute } from 'astro'
import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  secret: getSecret('TRUEDY_WEBHOOK_SECRET'),
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

// Astro calls this for every method. The library responds with 405 to all except POST.
export const ALL: APIRoute = ({ request }) => receive(request)
