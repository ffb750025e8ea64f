/** Rejects uploads without the package. Reading the headers is all it does: without even that, connections stay usable. */

import { createServer } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'

const listener = createRequestListener(
  (request) => new Response(null, { status: request.headers.has('x-truedy-signature') ? 204 : 401 }),
)
createServer(listener).listen(Number(process.env.PORT), '127.0.0.1')
