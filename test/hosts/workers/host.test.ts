/** Cloudflare Workers on Wrangler's development server, in `workerd`. */

import { beforeAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { installHost, testEndpoint } from '../endpoint.js'

let directory: string
beforeAll(async () => {
  directory = await installHost('workers')
})

describe.each([
  ['a module Worker', 'plain.worker.js'],
  ['Hono', 'hono.worker.js'],
  ['itty-router', 'itty-router.worker.js'],
  ['a Worker with nodejs_compat', 'process-env.worker.js', '--compatibility-flags nodejs_compat'],
])('%s', (_, worker, options = '') => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(directory, {
      command: `npm start -- ${options}`,
      env: { WORKER: worker, WRANGLER_SEND_METRICS: 'false' },
    })
    return () => server.stop()
  })

  testEndpoint(() => ({ server, url: server.url }))

  it('prints no error', () => expect(server.errorOutput()).not.toMatch(/error/i))
})
