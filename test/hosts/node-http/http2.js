/** HTTP/2 with and without TLS, on sockets in this folder, which need no further port. */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createHttp2Server, createSecureServer } from 'node:http2'
import { createNodeHandler } from 'truedy-webhooks/node'

const receive = createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  onOutcome: ({ status, error }) => console.error(status, error?.code ?? error?.name ?? ''),
})
const tls = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem'), allowHTTP1: true }

createHttp2Server(receive).listen(`${process.env.PORT}-plain.sock`)
createSecureServer(tls, receive).listen(`${process.env.PORT}-tls.sock`)
// Tells that all of them run.
createServer((_request, response) => void response.end()).listen(process.env.PORT, '127.0.0.1')
