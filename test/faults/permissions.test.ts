/**
 * If the user of a store lacks permissions, nothing is acknowledged that was not processed, and the reason is
 * reported.
 */

import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresSchema } from '../../src/stores/postgres.js'
import { sampleEvent } from '../../src/testing/index.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import type { ServerProgram } from '../support/server-program.js'
import { createEndpoint, type OpenedStore, openStore } from './clients.js'

/** Delivers an event twice to an endpoint with this store, and counts how often its handler runs. */
async function deliverTwice({ store, close }: OpenedStore) {
  let runs = 0
  const endpoint = createEndpoint({
    store,
    onEvent: () => {
      runs += 1
    },
  })
  const event = sampleEvent('call.ended')
  try {
    const statuses = [await endpoint.deliver(event), await endpoint.deliver(event)]
    return { statuses, outcomes: endpoint.outcomes, runs }
  } finally {
    await close()
  }
}

/** The user may not claim: every delivery fails before its handler. */
async function expectNothingProcessed(opened: OpenedStore, reason: object): Promise<void> {
  expect(await deliverTwice(opened)).toMatchObject({
    statuses: [500, 500],
    outcomes: [
      { status: 'failed', error: reason },
      { status: 'failed', error: reason },
    ],
    runs: 0,
  })
}

/** The user may claim a new key and nothing else: the first delivery is processed and says so, all others fail. */
async function expectNothingRecorded(opened: OpenedStore, reason: object): Promise<void> {
  expect(await deliverTwice(opened)).toMatchObject({
    statuses: [204, 500],
    outcomes: [
      { status: 'processed', recorded: false, recordError: reason },
      { status: 'failed', error: reason },
    ],
    runs: 1,
  })
}

describe('redis', () => {
  let server: ServerProgram
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  async function openAs(user: string, ...rules: string[]): Promise<OpenedStore> {
    const admin = createClient({ url: `redis://127.0.0.1:${server.port}` })
    await admin.connect()
    await admin.sendCommand(['ACL', 'SETUSER', user, 'on', '>password', '~*', '+@all', ...rules])
    admin.destroy()
    return openStore.redis(`redis://${user}:password@127.0.0.1:${server.port}`)
  }

  const reason = { message: expect.stringContaining('NOPERM') }

  it('processes nothing if the user may not write', async () =>
    expectNothingProcessed(await openAs('reader', '-@write'), reason))

  it('reports that it could not mark an event done if the user may not run scripts', async () =>
    expectNothingRecorded(await openAs('scriptless', '-@scripting'), reason))
})

describe('postgres', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    await server.run(postgresSchema())
  })
  afterAll(() => server?.stop())

  async function openAs(role: string, privileges: string): Promise<OpenedStore> {
    await server.run(`CREATE ROLE ${role} LOGIN; GRANT ${privileges} ON truedy_webhooks TO ${role}`)
    return openStore.postgres(server.url.replace('postgres@', `${role}@`))
  }

  // SQLSTATE insufficient_privilege.
  const reason = { code: '42501', message: expect.stringContaining('truedy_webhooks') }

  it('processes nothing if the role lacks INSERT', async () =>
    expectNothingProcessed(await openAs('reader', 'SELECT, UPDATE, DELETE'), reason))

  it('reports that it could not mark an event done if the role lacks UPDATE', async () =>
    expectNothingRecorded(await openAs('inserter', 'SELECT, INSERT, DELETE'), reason))
})
