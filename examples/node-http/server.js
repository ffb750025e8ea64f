import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)
