import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'

const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

createServer((request, response) => {
  if (request.url === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT, '127.0.0.1')
