import { createServer } from 'node:http'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createNodeHandler } from 'truedy-webhooks/node'
import { dynamodbStore } from './store.js'

// The region and the credentials come from the environment, as in every AWS program.
const store = dynamodbStore(new DynamoDBClient(), { table: 'truedy-webhooks' })

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  store,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)
