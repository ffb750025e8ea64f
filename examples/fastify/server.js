import Fastify from 'fastify'
import { createReceiver } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createReceiver({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const app = Fastify()

// In a separate plugin, so that only this route loses its parsers.
app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers()
  webhooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes))

  webhooks.all('/webhooks/truedy', async (request, reply) => {
    const { status, headers, body } = await receive({
      method: request.method,
      headers: request.headers,
      // Without a body, Fastify calls no parser, and `request.body` is undefined.
      body: request.body ?? '',
    })
    return reply.code(status).headers(headers).send(body)
  })
})

// The other routes parse JSON as usual.
app.post('/greetings', async (request) => ({ greeting: `Hello ${request.body.name}` }))

await app.listen({ port: process.env.PORT ?? 3000, host: '127.0.0.1' })
