/** Libraries that turn the request of a Node server into a Request. */

import { afterAll, beforeAll, describe } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { installHost, testEndpoint } from '../endpoint.js'

let folder: string

beforeAll(async () => {
  folder = await installHost('fetch-adapters')
})

describe.each([
  ['@hono/node-server 2', 'hono.js'],
  ['@hono/node-server 1', 'hono-1.js'],
  ['h3 2', 'h3.js'],
])('%s', (_, program) => {
  let server: Server

  beforeAll(async () => {
    server = await startServer(folder, { command: `exec node ${program}` })
  })
  afterAll(() => server?.stop())

  testEndpoint(() => ({ server, url: server.url }))
})
