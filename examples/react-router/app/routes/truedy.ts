import { createWebhookHandler } from 'truedy-webhooks'
import type { Route } from './+types/truedy'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export const action = ({ request }: Route.ActionArgs) => receive(request)

// GET comes here: the library answers 405.
export const loader = ({ request }: Route.LoaderArgs) => receive(request)
