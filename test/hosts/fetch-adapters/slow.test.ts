/** Remix's node-fetch-server: a connection with a rejected upload is stuck until Node closes it five seconds later. */

import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { installHost, send, testEndpoint } from '../endpoint.js'

let folder: string

beforeAll(async () => {
  folder = await installHost('fetch-adapters')
})

describe('@remix-run/node-fetch-server', () => {
  let server: Server

  beforeAll(async () => {
    server = await startServer(folder, { command: 'exec node remix.js' })
  })
  afterAll(() => server?.stop())

  testEndpoint(() => ({ server, url: server.url }), { closesSilently: true })
})

it('closes the connection of a rejected upload without saying so, also where the package is not used', async () => {
  const server = await startServer(folder, { command: 'exec node remix-bare.js' })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    expect(await send(server.origin, { agent }, Buffer.alloc(2_000_000))).toEqual({ status: 401 })
    await expect(send(server.origin, { agent }, Buffer.alloc(10))).rejects.toThrow('ECONNRESET')
  } finally {
    agent.destroy()
    await server.stop()
  }
})
