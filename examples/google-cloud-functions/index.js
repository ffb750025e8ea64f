import { http } from '@google-cloud/functions-framework'
import { createNodeHandler } from 'truedy-webhooks/node'

// createNodeHandler uses request.rawBody, in which the framework keeps the signed bytes.
// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

http('truedy', (request, response) => {
  // The function gets requests to every path below its URL.
  if (request.path === '/webhooks/truedy') return receive(request, response)
  response.sendStatus(404)
})
