import { H3, serve } from 'h3'
import { receive } from './receive.js'

const app = new H3()
app.all('/webhooks/truedy', (event) => receive(event.req))
serve(app, { port: Number(process.env.PORT), hostname: '127.0.0.1', silent: true })
