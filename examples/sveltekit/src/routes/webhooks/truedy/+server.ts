import { createWebhookHandler } from 'truedy-webhooks'
import { env } from '$env/dynamic/private'
import type { RequestHandler } from './$types'

let receive: ReturnType<typeof createWebhookHandler> | undefined

// SvelteKit calls this for every method. The library responds with 405 to all except POST.
export const fallback: RequestHandler = ({ request }) => {
  // Created at the first request, because the build also loads this file, and has no secret.
  receive ??= createWebhookHandler({
    secret: env.TRUEDY_WEBHOOK_SECRET,
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  })
  return receive(request)
}
