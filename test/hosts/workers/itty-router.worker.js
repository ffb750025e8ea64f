import { AutoRouter } from 'itty-router'
import { createWebhookHandler } from 'truedy-webhooks'

let handler

const router = AutoRouter()
router.all('/webhooks/truedy', (request, env) => {
  handler ??= createWebhookHandler({
    secret: env.TRUEDY_WEBHOOK_SECRET,
    onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
  })
  return handler(request)
})

export default router
