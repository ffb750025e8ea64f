/** Libraries that make a Request of what Node's server gets. */

import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { type Host, installHost, send, testEndpoint } from '../endpoint.js'

let folder: string

beforeAll(async () => {
  folder = await installHost('fetch-adapters')
})

describe.each<[string, string, Pick<Host, 'closesSilently'>?]>([
  ['@hono/node-server 2', 'hono.js'],
  ['@hono/node-server 1', 'hono-1.js'],
  ['h3 2', 'h3.js'],
  ['@remix-run/node-fetch-server', 'remix.js', { closesSilently: true }],
])('%s', (_, program, options) => {
  let server: Server

  beforeAll(async () => {
    server = await startServer(folder, { command: `node ${program}` })
  })
  afterAll(() => server?.stop())

  testEndpoint(() => ({ server, url: server.url }), options)
})

it('@remix-run/node-fetch-server closes connections without saying so, also of a program without the package', async () => {
  const server = await startServer(folder, { command: 'node remix-bare.js' })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    expect(await send(server.origin, { agent }, Buffer.alloc(200_000))).toEqual({ status: 401 })
    await expect(send(server.origin, { agent }, Buffer.alloc(10))).rejects.toThrow('ECONNRESET')
  } finally {
    agent.destroy()
    await server.stop()
  }
})
