import express from 'express'
import { createNodeHandler } from 'truedy-webhooks/node'

const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const app = express()
// The parser reads the body before the handler gets the request.
app.all('/webhooks/truedy', express.raw({ type: '*/*', limit: '1mb' }), receive)
app.listen(process.env.PORT, '127.0.0.1')
