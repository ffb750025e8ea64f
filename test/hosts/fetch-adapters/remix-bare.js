/** Rejects uploads without the package. */

import { createServer } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'

const listener = createRequestListener(() => new Response(null, { status: 401 }))
createServer(listener).listen(Number(process.env.PORT), '127.0.0.1')
