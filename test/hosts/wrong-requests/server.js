/** Starts the server that is named on the command line, which gives its requests to `/node` and `/fetch`. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { serve as serveHono } from '@hono/node-server'
import { Request as CrossFetchRequest } from 'cross-fetch'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { Request as NodeFetchRequest } from 'node-fetch'
import nodeFetch2 from 'node-fetch-2'
import { serve as serveSrvx } from 'srvx'
import { handlerFor, handlers } from './handlers.js'

const port = Number(process.env.PORT)
const hostname = '127.0.0.1'

/** A server of node:http that does something with the pair before the handler gets it. */
function nodeServer(give) {
  createServer(async (request, response) => {
    const handler = handlerFor(request.url)
    try {
      const answer = await give(handler, request, response)
      if (response.headersSent) return
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    } catch {
      response.writeHead(500).end()
    }
  }).listen(port, hostname)
}

/** Node's request as a Request of another library, whose body is Node's stream. */
function asRequestOf(Request) {
  nodeServer((handler, request) => {
    const { method, headers, url } = request
    return handler(new Request(`http://${hostname}${url}`, { method, headers, body: request }))
  })
}

const servers = {
  'node:http'() {
    createServer((request, response) => handlerFor(request.url)(request, response)).listen(port, hostname)
  },
  express() {
    const app = express()
    app.post('/node', handlers.node)
    app.post('/fetch', handlers.fetch)
    app.listen(port, hostname)
  },
  async fastify() {
    const app = Fastify()
    app.post('/node', handlers.node)
    app.post('/fetch', handlers.fetch)
    await app.listen({ port, host: hostname })
  },
  async 'fastify with a Buffer'() {
    const app = Fastify()
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.post('/node', handlers.node)
    app.post('/fetch', handlers.fetch)
    await app.listen({ port, host: hostname })
  },
  koa() {
    const app = new Koa()
    app.use(async (context) => {
      await handlerFor(context.url)(context)
    })
    app.listen(port, hostname)
  },
  'hono’s context'() {
    const app = new Hono()
    app.post('/node', handlers.node)
    app.post('/fetch', handlers.fetch)
    serveHono({ fetch: app.fetch, port, hostname })
  },
  hono() {
    const app = new Hono()
    app.post('/node', (context) => handlers.node(context.req.raw))
    app.post('/fetch', (context) => handlers.fetch(context.req.raw))
    serveHono({ fetch: app.fetch, port, hostname })
  },
  srvx() {
    serveSrvx({ port, hostname, silent: true, fetch: (request) => handlerFor(request.url)(request) })
  },
  'node-fetch 2': () => asRequestOf(nodeFetch2.Request),
  'node-fetch 3': () => asRequestOf(NodeFetchRequest),
  'cross-fetch': () => asRequestOf(CrossFetchRequest),
  'an empty rawBody'() {
    nodeServer((handler, request, response) => {
      request.rawBody = ''
      return handler(request, response)
    })
  },
  'a rawBody that is not complete'() {
    nodeServer(async (handler, request, response) => {
      request.rawBody = ''
      request.on('data', (chunk) => {
        request.rawBody += chunk
      })
      if (request.method === 'POST') await once(request, 'data')
      return handler(request, response)
    })
  },
  'a parsed body without a stream'() {
    nodeServer(async (handler, request, response) => {
      const { method, headers } = request
      return handler({ method, headers, body: JSON.parse(await text(request)) }, response)
    })
  },
  'a Request beside a response'() {
    nodeServer((handler, request, response) => {
      const { method, headers, url } = request
      const init = { method, headers, body: Readable.toWeb(request), duplex: 'half' }
      return handler(new Request(`http://${hostname}${url}`, init), response)
    })
  },
  'a Buffer without a stream'() {
    nodeServer(async (handler, request, response) => {
      const { method, headers } = request
      return handler({ method, headers, body: await buffer(request) }, response)
    })
  },
}

await servers[process.argv[2]]()
