/** Functions of AWS Lambda as the manual of each adapter shows them, all with the same endpoint. */

import { once } from 'node:events'
import { createServer, request } from 'node:http'
import codegenie from '@codegenie/serverless-express'
import awsLambdaFastify from '@fastify/aws-lambda'
import vendia from '@vendia/serverless-express'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import serverless from 'serverless-http'
import { createReceiver, createWebhookHandler } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'

const options = { onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })) }
const path = '/webhooks/truedy'

const receive = createReceiver(options)
const expressApp = () => express().all(path, createNodeHandler(options))

const hono = new Hono()
const fetchHandler = createWebhookHandler(options)
hono.all(path, (context) => fetchHandler(context.req.raw))

function fastifyApp() {
  const app = Fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.all(path, async ({ method, headers, body = '' }, reply) => {
    const answer = await receive({ method, headers, body })
    return reply
      .code(answer.status)
      .headers(answer.headers)
      .send(answer.body || undefined)
  })
  return app
}

const lambdaFastify = awsLambdaFastify(fastifyApp())
const lambdaFastifyMultiValue = awsLambdaFastify(fastifyApp(), { albMultiValueHeaders: true })

export const functions = {
  'createReceiver, headers of lists': (event) => direct(event, event.multiValueHeaders ?? event.headers),
  'createReceiver, headersDistinct': async (event) => direct(event, await distinctHeaders(event)),
  'serverless-http, Express': serverless(expressApp()),
  'serverless-http, a plain function': serverless(createNodeHandler(options)),
  '@codegenie/serverless-express': codegenie({ app: expressApp() }),
  '@vendia/serverless-express': vendia({ app: expressApp() }),
  'hono/aws-lambda': handle(hono),
  // Its manual has this option for an ALB whose "multi value headers" attribute is set.
  '@fastify/aws-lambda': (event, context) =>
    (event.headers ? lambdaFastify : lambdaFastifyMultiValue)(event, context),
}

async function direct(event, headers) {
  const reply = await receive({
    method: event.httpMethod ?? event.requestContext.http.method,
    headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  })
  return { statusCode: reply.status, headers: reply.headers, body: reply.body }
}

/** What Node makes of an event's headers on the way through one of its servers. */
async function distinctHeaders(event) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const headers = Object.entries(event.headers ?? event.multiValueHeaders).flatMap(([name, value]) => [
    name,
    String(value),
  ])
  const outgoing = request({ port, host: '127.0.0.1', headers }).on('error', () => {})
  outgoing.end()
  const [incoming] = await once(server, 'request')
  server.close()
  server.closeAllConnections()
  return incoming.headersDistinct
}
