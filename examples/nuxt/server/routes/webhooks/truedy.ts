import { createNodeHandler } from 'truedy-webhooks/node'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export default defineEventHandler(({ node }) => receive(node.req, node.res))
