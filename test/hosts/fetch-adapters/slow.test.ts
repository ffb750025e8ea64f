/** Remix's node-fetch-server: the connection of a rejected upload is stuck until Node closes it five seconds later. */

import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { send } from '../../support/keep-alive.js'

import { installHost, testEndpoint } from '../endpoint.js'

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

it('node-fetch-server closes the connection of a rejected upload without announcing it, even without the package', async () => {
  const server = await startServer(folder, { command: 'exec node remix-bare.js' })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const uploadAndDeliver = async () => {
    await send(server.origin, { agent }, Buffer.alloc(2_000_000))
    await send(server.origin, { agent }, Buffer.alloc(1000))
  }
  try {
    // Sometimes, all of an upload has arrived before the response.
    const rounds = async () => {
      for (let round = 0; round < 20; round++) await uploadAndDeliver()
    }
    await expect(rounds()).rejects.toThrow('ECONNRESET')
  } finally {
    agent.destroy()
    await server.stop()
  }
})
