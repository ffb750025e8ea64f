import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { receive } from './receive.js'

const app = new Hono()
app.all('/webhooks/truedy', (context) => receive(context.req.raw))
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
