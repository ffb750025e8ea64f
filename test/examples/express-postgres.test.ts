/** `examples/express-postgres` commits the record and the business write together. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { startPostgres } from '../support/postgres-server.js'
import { startProxy } from '../support/proxy.js'

const SECRET = 'whsec_shared'

let workspace: string
let directory: string
let postgres: Awaited<ReturnType<typeof startPostgres>>
const servers: Server[] = []

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-express-postgres-'))
  postgres = await startPostgres()
  directory = await installExample('express-postgres', await packLibrary(workspace), workspace)
  const env = { DATABASE_URL: postgres.url, TRUEDY_WEBHOOK_SECRET: SECRET }
  // At once, on an empty database.
  servers.push(...(await Promise.all([1, 2].map(() => startServer(directory, { env })))))
})

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await postgres?.stop()
  await rm(workspace, { recursive: true, force: true })
})

it('examples/express-postgres counts an event once that comes to two processes at the same moment', async () => {
  const before = await countedCalls()
  const rounds = 20
  for (let i = 0; i < rounds; i++) {
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    const answers = await Promise.all([...servers, ...servers].map((server) => post(server, delivery)))
    expect(answers).toContain(204)
    for (const status of answers) expect([204, 503]).toContain(status)
    for (const server of servers) expect(await post(server, delivery)).toBe(204)
  }
  expect((await countedCalls()) - before).toBe(rounds)
  await vi.waitFor(() => {
    expect(servers.flatMap((server) => server.processedLines())).toHaveLength(rounds)
  }, 5000)
})

it('examples/express-postgres records nothing if the business write fails, and processes the next delivery', async () => {
  const [server] = servers as [Server]
  const before = await countedCalls()
  const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
  await postgres.run('ALTER TABLE usage RENAME TO gone')
  expect(await post(server, delivery)).toBe(500)
  expect(server.errorOutput()).toContain('relation "usage" does not exist')
  await postgres.run('ALTER TABLE gone RENAME TO usage')
  expect(await post(server, delivery)).toBe(204)
  expect(await post(server, delivery)).toBe(204)
  expect((await countedCalls()) - before).toBe(1)
})

it('examples/express-postgres does the later work even if the response to COMMIT is lost', async () => {
  const proxy = await startProxy(postgres.port)
  const url = new URL(postgres.url)
  url.port = String(proxy.port)
  const env = { DATABASE_URL: url.href, TRUEDY_WEBHOOK_SECRET: SECRET }
  const server = await startServer(directory, { env })
  try {
    const before = await countedCalls()
    const event = sampleEvent('call.ended')
    const delivery = await signDelivery(event, SECRET)
    proxy.loseAnswers((request) => request.includes('COMMIT'))
    expect(await post(server, delivery)).toBe(500)
    proxy.loseAnswers(undefined)
    expect((await countedCalls()) - before).toBe(1)
    expect(await post(server, delivery)).toBe(204)
    expect((await countedCalls()) - before).toBe(1)
    const key = dedupeKey(parseEvent(event))
    await vi.waitFor(() => {
      const lines = [server, ...servers].flatMap((each) => each.processedLines())
      expect(lines.map((line) => line.key)).toContain(key)
    }, 10_000)
  } finally {
    await server.stop()
    await proxy.stop()
  }
})

it('examples/express-postgres responds with 500 before Truedy gives up if the database does not respond', async () => {
  const [server] = servers as [Server]
  const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
  const thaw = await postgres.freeze()
  try {
    const response = await fetch(server.url, {
      method: 'POST',
      ...delivery,
      signal: AbortSignal.timeout(9000),
    })
    expect(response.status).toBe(500)
  } finally {
    thaw()
  }
  await vi.waitFor(async () => expect(await post(server, delivery)).toBe(204), 10_000)
})

async function post(server: Server, delivery: Awaited<ReturnType<typeof signDelivery>>): Promise<number> {
  const { status } = await fetch(server.url, { method: 'POST', ...delivery })
  return status
}

async function countedCalls(): Promise<number> {
  const response = await fetch(`${servers[0]?.origin}/usage`)
  const rows = (await response.json()) as { calls: number }[]
  return rows.reduce((sum, { calls }) => sum + calls, 0)
}
