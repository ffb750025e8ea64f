import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import { createNodeHandler } from 'truedy-webhooks/node'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const app = new Koa()

// Mounted before bodyParser(), which would consume the signed bytes.
const webhooks = new Router()
webhooks.all('/webhooks/truedy', async (context) => {
  // The library writes the response itself.
  context.respond = false
  await receive(context.req, context.res)
})
app.use(webhooks.routes())

// The other routes parse JSON as usual.
app.use(bodyParser())
const router = new Router()
router.post('/greetings', (context) => {
  context.body = { greeting: `Hello ${context.request.body.name}` }
})
app.use(router.routes())

app.listen(process.env.PORT ?? 3000, '127.0.0.1')
