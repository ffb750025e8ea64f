import { getSecret } from 'astro:env/server'
import type { APIRoute } from 'astro'
import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  secret: getSecret('TRUEDY_WEBHOOK_SECRET'),
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

// Every method: the library answers 405 to those that are not POST.
export const ALL: APIRoute = ({ request }) => receive(request)
