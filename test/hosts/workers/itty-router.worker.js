import { AutoRouter } from 'itty-router'
import { createWebhookHandler } from 'truedy-webhooks'

const receive = createWebhookHandler({
  secret: (_request, env) => env.TRUEDY_WEBHOOK_SECRET,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const router = AutoRouter()
router.all('/webhooks/truedy', (request, env) => receive(request, env))

export default router
