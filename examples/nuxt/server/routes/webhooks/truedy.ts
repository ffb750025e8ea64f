import { createNodeHandler } from 'truedy-webhooks/node'

// Takes the secret from TRUEDY_WEBHOOK_SECRET.
const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export default defineEventHandler(({ node }) => receive(node.req, node.res))
