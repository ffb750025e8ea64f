/** Node's own servers in every supported version, and those of Bun and Deno with the same names. */

import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { request } from 'node:https'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { dataFrame, framesOfStream, openingFrames, resetFrame } from '../../support/http2-frames.js'
import { installHost, testEndpoint } from '../endpoint.js'

const ours = (path: string) => join(import.meta.dirname, '../../runtimes/node_modules', path)

const nodes = {
  'Node 20.0': ours('node20.0/bin/node'),
  'Node 20': process.execPath,
  'Node 22': ours('node22/bin/node'),
  'Node 24': ours('node24/bin/node'),
  'Node 26': ours('node26/bin/node'),
}
const runtimes = {
  ...nodes,
  Bun: join(import.meta.dirname, '../node_modules/bun/bin/bun.exe'),
  Deno: `${ours('deno/deno')} run --no-remote --allow-all --quiet`,
}

let folder: string

beforeAll(async () => {
  folder = await installHost('node-http', { build: 'npm run --silent build 2> /dev/null' })
})

describe.each(Object.entries(runtimes))('%s', (_, runtime) => {
  describe.each(['server.js', 'express.js'])('%s', (program) => {
    let server: Server

    beforeAll(async () => {
      server = await startServer(folder, {
        command: `exec ${runtime} ${program}`,
        env: { DENO_NO_UPDATE_CHECK: '1' },
      })
    })
    afterAll(() => server?.stop())

    testEndpoint(() => ({ server, url: server.url }))
  })
})

describe.each(Object.entries(runtimes))('HTTP/2 of %s', (_, runtime) => {
  let server: Server
  let path: string
  const opened: (ClientHttp2Session | Socket)[] = []

  beforeAll(async () => {
    server = await startServer(folder, { command: `exec ${runtime} http2.js` })
    path = join(folder, new URL(server.origin).port)
  })
  afterEach(() => {
    for (const each of opened.splice(0)) each.destroy()
  })
  afterAll(() => server?.stop())

  function open(kind: 'plain' | 'tls'): ClientHttp2Session {
    const socketPath = `${path}-${kind}.sock`
    const session = connectHttp2('http://localhost', {
      createConnection: () =>
        kind === 'plain'
          ? connect(socketPath)
          : connectTls({ path: socketPath, ALPNProtocols: ['h2'], rejectUnauthorized: false }),
    })
    opened.push(session)
    return session
  }

  async function openRaw(headers: Record<string, string>): Promise<Socket> {
    const socket = connect(`${path}-plain.sock`).setEncoding('latin1')
    opened.push(socket)
    await once(socket, 'connect')
    socket.write(openingFrames(headers))
    return socket
  }

  async function deliver(session: ClientHttp2Session): Promise<IncomingHttpHeaders> {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), server.secret)
    const stream = session.request({ ':method': 'POST', ':path': '/', ...headers })
    stream.end(body)
    const [response] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    stream.resume()
    return response
  }

  it.each(['plain', 'tls'] as const)('processes deliveries on one connection: %s', async (kind) => {
    const session = open(kind)
    const before = server.processedLines().length
    for (let round = 0; round < 3; round++) expect(await deliver(session)).toMatchObject({ ':status': 204 })
    await vi.waitFor(() => expect(server.processedLines()).toHaveLength(before + 3))
  })

  it('processes an HTTP/1.1 delivery', async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), server.secret)
    const createConnection = () => connectTls({ path: `${path}-tls.sock`, rejectUnauthorized: false })
    const outgoing = request('https://localhost/', { method: 'POST', headers, createConnection })
    outgoing.end(body)
    const [response] = await once(outgoing, 'response')
    response.resume()
    expect(response).toMatchObject({ statusCode: 204, httpVersion: '1.1' })
  })

  it.each([0, 8])('reports a reset in the middle of a body as failed: code %i', async (code) => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), server.secret)
    const before = server.errorOutput().length
    const socket = await openRaw(headers)
    socket.write(dataFrame(body.slice(0, 100)))
    await delay(50)
    socket.write(resetFrame(code))
    await vi.waitFor(() => expect(server.errorOutput().slice(before).trim()).toBe('failed ConnectionClosed'))
  })

  it('closes an upload without the headers', async () => {
    const socket = await openRaw({})
    socket.write(dataFrame('x'.repeat(16_000)))
    let received = ''
    socket.on('data', (text) => {
      received += text
    })
    // Bun ends a response with an empty data frame.
    await vi.waitFor(() =>
      expect([...new Set(framesOfStream(received))]).toEqual(['headers', 'data', 'reset']),
    )
  })

  it('stops reading an upload over the limit, and accepts the next delivery on the connection', async () => {
    const { headers } = await signDelivery('x', server.secret)
    const session = open('plain')
    const stream = session.request({ ':method': 'POST', ':path': '/', ...headers })
    stream.on('error', () => {}).resume()
    let sent = 0
    const chunk = Buffer.alloc(65_536)
    // At most a gigabyte, which a server that reads everything gets within seconds.
    while (!stream.closed && sent < 1e9) {
      sent += chunk.length
      if (!stream.write(chunk)) await delay(1)
    }
    expect(sent).toBeLessThan(1e8)
    expect(await deliver(session)).toMatchObject({ ':status': 204 })
    expect(server.errorOutput()).not.toMatch(/warning/i)
  })
})
