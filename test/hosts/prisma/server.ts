import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { store } from './store.js'

const handler = createNodeHandler({
  store,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

createServer(handler).listen(Number(process.env['PORT']), '127.0.0.1')
