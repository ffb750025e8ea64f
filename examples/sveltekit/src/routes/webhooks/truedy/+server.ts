import { createWebhookHandler } from 'truedy-webhooks'
import { env } from '$env/dynamic/private'
import type { RequestHandler } from './$types'

let receive: ReturnType<typeof createWebhookHandler> | undefined

// For every method: the library answers 405 to those that are not POST.
export const fallback: RequestHandler = ({ request }) => {
  // At the first request, since the build loads this file too, without the secret.
  receive ??= createWebhookHandler({
    secret: env.TRUEDY_WEBHOOK_SECRET,
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  })
  return receive(request)
}
