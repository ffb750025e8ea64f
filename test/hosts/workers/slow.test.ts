/**
 * Workers as `wrangler deploy` bundles them. The upload itself needs Cloudflare's network.
 *
 * The development server wraps each bundle in a module that drains a request's body after the response. Without it
 * (`--no-bundle`), every twentieth delivery after a rejected upload of 2 MB gets a 500 or a reset, also from a Worker that
 * only returns `new Response('too large', { status: 413 })`.
 */

import { beforeAll, describe } from 'vitest'
import { buildExample, type Server, startServer } from '../../support/driver.js'
import { installHost, testEndpoint } from '../endpoint.js'

let directory: string
beforeAll(async () => {
  directory = await installHost('workers')
})

describe.each(['', '--minify'])('wrangler deploy --dry-run %s', (options) => {
  let server: Server
  beforeAll(async () => {
    await buildExample(directory, { build: `npx wrangler deploy --dry-run --outdir out ${options}` })
    server = await startServer(directory, {
      env: { WORKER: 'out/plain.worker.js', WRANGLER_SEND_METRICS: 'false' },
    })
    return () => server.stop()
  })

  testEndpoint(() => ({ server, url: server.url }))
})
