/** `examples/tenants`: each workspace has its own secrets, which change while the program runs. */

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { environment, installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { sendEveryCase } from './every-case.js'

/** How long the example caches a lookup. */
const CACHE_MS = 5000

let workspace: string
let directory: string
let postgres: PostgresServer
const servers: Server[] = []

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-tenants-'))
  postgres = await startPostgres()
  directory = await installExample('tenants', await packLibrary(workspace), workspace)
  await changeSecret('add', 'acme', 'whsec_acme')
  await changeSecret('add', 'globex', 'whsec_globex')
  const env = { DATABASE_URL: postgres.url }
  servers.push(...(await Promise.all([1, 2].map(() => startServer(directory, { env })))))
})

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await postgres?.stop()
  await rm(workspace, { recursive: true, force: true })
})

/** Runs the example's own command. */
async function changeSecret(change: 'add' | 'remove', tenant: string, secret: string): Promise<void> {
  const env = { ...environment(), DATABASE_URL: postgres.url }
  await promisify(execFile)('npm', ['run', 'secret', change, tenant, secret], { cwd: directory, env })
}

async function post(tenant: string, secret: string, event: object = sampleEvent('call.ended'), server = 0) {
  const delivery = await signDelivery(event, secret)
  return fetch(`${servers[server]?.url}/${tenant}`, { method: 'POST', ...delivery })
}

const statusOf = async (...args: Parameters<typeof post>) => (await post(...args)).status
const processedKeys = () => servers.flatMap((server) => server.processedLines()).map(({ key }) => key)

it('examples/tenants responds as an endpoint must, and processes each event once', async () => {
  const keys = await sendEveryCase(`${servers[0]?.url}/acme`, 'whsec_acme')
  await vi.waitFor(
    () => expect(processedKeys().sort()).toEqual(keys.map((key) => `@acme/${key}`).sort()),
    5000,
  )
  expect(servers[0]?.errorOutput()).toBe('')
  const delivery = await signDelivery(sampleEvent('call.ended'), 'whsec_acme')
  for (const path of ['/', '/webhooks/truedy', '/webhooks/truedy/acme/more', '/webhooks/truedy/a%2Fb']) {
    const { status } = await fetch(`${servers[0]?.origin}${path}`, { method: 'POST', ...delivery })
    expect(status, path).toBe(404)
  }
})

it('examples/tenants processes an event once for each workspace, whichever process it arrives at', async () => {
  const event = sampleEvent('call.ended')
  const key = dedupeKey(parseEvent(event))
  for (const [tenant, secret] of [['acme', 'whsec_acme'] as const, ['globex', 'whsec_globex'] as const]) {
    const statuses = await Promise.all([0, 1, 0, 1].map((server) => statusOf(tenant, secret, event, server)))
    expect(statuses).toContain(204)
    for (const status of statuses) expect([204, 503]).toContain(status)
  }
  await vi.waitFor(() => {
    const keys = processedKeys().filter((each) => each.endsWith(key))
    expect(keys.sort()).toEqual([`@acme/${key}`, `@globex/${key}`])
  }, 5000)
})

it('examples/tenants responds to an unknown workspace as to a wrong signature', async () => {
  const wrong = await post('acme', 'whsec_globex')
  const unknown = await post('initech', 'whsec_acme')
  expect([wrong.status, unknown.status]).toEqual([401, 401])
  expect(await unknown.text()).toBe(await wrong.text())
})

it('examples/tenants accepts the old and the new secret during a rotation, and then only the new one', async () => {
  expect(await statusOf('acme', 'whsec_new')).toBe(401)
  await changeSecret('add', 'acme', 'whsec_new')
  await vi.waitFor(async () => expect(await statusOf('acme', 'whsec_new')).toBe(204), 2 * CACHE_MS)
  expect(await statusOf('acme', 'whsec_acme')).toBe(204)

  await changeSecret('remove', 'acme', 'whsec_acme')
  await vi.waitFor(async () => expect(await statusOf('acme', 'whsec_acme')).toBe(401), 2 * CACHE_MS)
  expect(await statusOf('acme', 'whsec_new')).toBe(204)
})

it('examples/tenants asks for a retry while the database is down, and forgets the failure', async () => {
  await delay(CACHE_MS)
  await postgres.halt()
  expect(await statusOf('globex', 'whsec_globex')).toBe(500)
  // The program looks up nothing for a request without a signature.
  const unsigned = await fetch(`${servers[0]?.url}/globex`, { method: 'POST', body: '{}' })
  expect(unsigned.status).toBe(401)
  await postgres.resume()
  await vi.waitFor(async () => expect(await statusOf('globex', 'whsec_globex')).toBe(204), 10_000)
})
