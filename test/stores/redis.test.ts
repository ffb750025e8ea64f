import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6'
import { Redis as Valkey } from 'iovalkey'
import { createClient, createCluster } from 'redis'
import { createClient as createClient6, createCluster as createCluster6 } from 'redis-6'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisCommand, redisStore } from '../../src/stores/redis.js'
import { storeCases } from '../../src/testing/index.js'
import { flushScripts, startCluster, startRedis } from '../support/redis-server.js'
import { expectHandledOnce } from './events.js'
import { runCases } from './runtimes.js'

let server: Awaited<ReturnType<typeof startRedis>>
let cluster: Awaited<ReturnType<typeof startCluster>>
const closing: (() => Promise<unknown>)[] = []

/** How each client is connected, as in the README. */
const clients: Record<string, () => Promise<RedisCommand>> = {
  async 'node-redis 5'() {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}` })
    await client.connect()
    closing.push(() => client.close())
    return (command) => client.sendCommand(command)
  },
  async 'node-redis 5 with RESP3'() {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP: 3 })
    await client.connect()
    closing.push(() => client.close())
    return (command) => client.sendCommand(command)
  },
  async 'node-redis 6 with RESP2'() {
    const client = createClient6({ url: `redis://127.0.0.1:${server.port}`, RESP: 2 })
    await client.connect()
    closing.push(() => client.close())
    return (command) => client.sendCommand(command)
  },
  async 'node-redis 6 with RESP3'() {
    const client = createClient6({ url: `redis://127.0.0.1:${server.port}`, RESP: 3 })
    await client.connect()
    closing.push(() => client.close())
    return (command) => client.sendCommand(command)
  },
  async 'ioredis 5'() {
    const client = new Redis(server.port, '127.0.0.1')
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async 'ioredis 6'() {
    const client = new Redis6(server.port, '127.0.0.1')
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async 'ioredis 6 with automatic pipelines'() {
    const client = new Redis6(server.port, '127.0.0.1', { enableAutoPipelining: true })
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async 'ioredis 6 with a prefix of its own'() {
    const client = new Redis6(server.port, '127.0.0.1', { keyPrefix: 'app:' })
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async iovalkey() {
    const client = new Valkey(server.port, '127.0.0.1')
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async 'node-redis 5 on a cluster'() {
    const cluster = createCluster({ rootNodes: nodeUrls() })
    await cluster.connect()
    closing.push(() => cluster.close())
    return (command, key) => cluster.sendCommand(key, false, command)
  },
  async 'node-redis 6 on a cluster'() {
    const cluster = createCluster6({ rootNodes: nodeUrls() })
    await cluster.connect()
    closing.push(() => cluster.close())
    return (command, key) => cluster.sendCommand(key, false, command)
  },
  async 'ioredis 5 on a cluster'() {
    const client = new Cluster(nodeAddresses())
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async 'ioredis 6 on a cluster'() {
    const client = new Cluster6(nodeAddresses(), { enableAutoPipelining: true })
    closing.push(() => client.quit())
    return ([name, ...args]) => client.call(name, ...args)
  },
  async 'Redis over HTTP'() {
    const { url, token } = await serveOverHttp()
    const headers = { authorization: `Bearer ${token}` }
    return async (command) => {
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(command) })
      const { result, error } = (await response.json()) as { result?: unknown; error?: string }
      if (error !== undefined) throw new Error(error)
      return result
    }
  },
}

const nodeUrls = () => cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }))
const nodeAddresses = () => cluster.ports.map((port) => ({ host: '127.0.0.1', port }))

/**
 * Upstash's interface: takes a command as a JSON array and returns its result as JSON. Here it is in front of the same
 * server.
 */
async function serveOverHttp(): Promise<{ url: string; token: string }> {
  const client = createClient({ url: `redis://127.0.0.1:${server.port}` })
  await client.connect()
  const token = crypto.randomUUID()
  const gateway = createServer(async (request, response) => {
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    try {
      if (request.headers.authorization !== `Bearer ${token}`) throw new Error('Unauthorized')
      answer(200, { result: await client.sendCommand((await json(request)) as string[]) })
    } catch (error) {
      answer(400, { error: String(error) })
    }
  })
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  closing.push(async () => {
    gateway.close()
    gateway.closeAllConnections()
    await client.close()
  })
  return { url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, token }
}

beforeAll(async () => {
  server = await startRedis()
  cluster = await startCluster()
})

afterAll(async () => {
  for (const close of closing) await close()
  await server?.stop()
  await cluster?.stop()
})

describe.each(Object.entries(clients))('redisStore on %s', (_, connect) => {
  let command: RedisCommand
  beforeAll(async () => {
    command = await connect()
  })

  /** Runs in a script, so that a cluster finds the key where the store puts it. */
  const ask = async (name: string, key: string) =>
    Number(await command(['EVAL', `return redis.call('${name}', KEYS[1])`, '1', key], key))

  it.concurrent.each(storeCases)('$name', ({ run }) => run(redisStore(command)))

  it('survives a server that forgets its scripts', async () => {
    const store = redisStore(command)
    const key = crypto.randomUUID()
    await store.claim(key, { owner: 'a', leaseMs: 60_000 })
    await flushScripts([server.port, ...cluster.ports])
    expect(await store.claim(key, { owner: 'b', leaseMs: 60_000 })).toBe('busy')
    expect(await store.complete(key, { owner: 'a', ttlMs: 60_000 })).toBe(true)
  })

  it('keeps its records under its prefix, with expiry times set by the server', async () => {
    const store = redisStore(command, { prefix: 'hooks:' })
    const key = crypto.randomUUID()
    await store.claim(key, { owner: 'a', leaseMs: 60_000 })
    const left = await ask('PTTL', `hooks:${key}`)
    expect(left).toBeGreaterThan(50_000)
    expect(left).toBeLessThanOrEqual(60_000)
    await store.complete(key, { owner: 'a', ttlMs: 3_600_000 })
    expect(await ask('PTTL', `hooks:${key}`)).toBeGreaterThan(3_500_000)
  })

  it('deletes a key that is released', async () => {
    const key = crypto.randomUUID()
    const store = redisStore(command)
    await store.claim(key, { owner: 'a', leaseMs: 60_000 })
    await store.release(key, { owner: 'a' })
    expect(await ask('EXISTS', `truedy:${key}`)).toBe(0)
  })

  it('lets processOnce process an event once among many workers', () =>
    expectHandledOnce(() => redisStore(command)))
})

it.each([
  ['node-redis 5', () => createClient()],
  ['node-redis 6', () => createClient6()],
  ['node-redis 6 for clusters', () => createCluster6({ rootNodes: nodeUrls() })],
  ['ioredis 5', () => new Redis({ lazyConnect: true })],
  ['ioredis 6', () => new Redis6({ lazyConnect: true })],
  ['iovalkey', () => new Valkey({ lazyConnect: true })],
])('redisStore rejects the client of %s itself', (_, create) => {
  expect(() => redisStore(create() as never)).toThrow(
    expect.objectContaining({
      code: 'invalid_options',
      message: expect.stringContaining('(command) => client.sendCommand(command)'),
    }),
  )
})

describe("redisStore on Bun's client", () => {
  let errors: Awaited<ReturnType<typeof runCases>>
  beforeAll(async () => {
    const url = `redis://127.0.0.1:${server.port}`
    errors = await runCases('Bun', 'Redis of Bun', url)
  })

  it.each(storeCases)('$name', ({ name }) => expect(errors.get(name)).toBe(null))
})
