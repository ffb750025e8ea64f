import { http } from '@google-cloud/functions-framework'
import { createNodeHandler } from 'truedy-webhooks/node'

// Finds the bytes in request.rawBody, where the framework keeps them.
// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

http('truedy', (request, response) => {
  // A function gets every path below its URL.
  if (request.path === '/webhooks/truedy') return receive(request, response)
  response.sendStatus(404)
})
