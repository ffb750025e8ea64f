import express from 'express'
import { createNodeHandler } from 'truedy-webhooks/node'

const app = express()

// Before express.json(), which would consume the bytes that are signed.
// Takes the secret from TRUEDY_WEBHOOK_SECRET, and fails at once without one.
app.all(
  '/webhooks/truedy',
  createNodeHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  }),
)

// The rest of the app parses JSON as ever.
app.use(express.json())
app.post('/greetings', (request, response) => {
  response.json({ greeting: `Hello ${request.body.name}` })
})

app.listen(process.env.PORT ?? 3000)
