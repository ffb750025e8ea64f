import { createWebhookHandler } from 'truedy-webhooks'
import type { Route } from './+types/truedy'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export const action = ({ request }: Route.ActionArgs) => receive(request)

// React Router calls this for GET and HEAD. The library responds with 405.
export const loader = ({ request }: Route.LoaderArgs) => receive(request)
