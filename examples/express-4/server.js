import express from 'express'
import { createNodeHandler } from 'truedy-webhooks/node'

const app = express()

// Mounted before express.json(), which would consume the signed bytes.
// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
app.all(
  '/webhooks/truedy',
  createNodeHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  }),
)

// The other routes parse JSON as usual.
app.use(express.json())
app.post('/greetings', (request, response) => {
  response.json({ greeting: `Hello ${request.body.name}` })
})

app.listen(process.env.PORT ?? 3000, '127.0.0.1')
