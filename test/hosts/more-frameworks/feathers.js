import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import { address, path, receiveNode } from './receive.js'

const app = koa(feathers())
// Before the body parser.
app.use(async (context, next) => {
  if (context.path !== path) return next()
  context.respond = false
  await receiveNode(context.req, context.res)
})
app.use(bodyParser())
app.configure(rest())
await app.listen(...address)
