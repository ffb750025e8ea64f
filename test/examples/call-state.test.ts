/**
 * `examples/call-state`: the state in the table is correct for any order, even if all events of a call arrive at once.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEvent } from 'truedy-webhooks'
import { type CallState, mergeCall } from 'truedy-webhooks/state'
import { signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { startPostgres } from '../support/postgres-server.js'
import { seeded } from './live-calls.js'

const SECRET = 'whsec_shared'
const ROUNDS = 30

let workspace: string
let postgres: Awaited<ReturnType<typeof startPostgres>>
const servers: Server[] = []

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-call-state-'))
  postgres = await startPostgres()
  const directory = await installExample('call-state', await packLibrary(workspace), workspace)
  const env = { DATABASE_URL: postgres.url, TRUEDY_WEBHOOK_SECRET: SECRET }
  // At once, on an empty database.
  servers.push(...(await Promise.all([1, 2].map(() => startServer(directory, { env })))))
})

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await postgres?.stop()
  await rm(workspace, { recursive: true, force: true })
})

/** The events of one call, each with a fact that no other has. */
function lifeOf(callId: string): object[] {
  const at = (seconds: number) => new Date(Date.UTC(2026, 2, 18, 14, 30, seconds)).toISOString()
  const event = (name: string, seconds: number, call: object) => ({
    event: name,
    timestamp: at(seconds),
    data: { call: { callId, ...call } },
  })
  return [
    event('call.started', 0, {
      agent: { agentId: 'a1', name: 'Front desk' },
      metadata: { campaign_id: 'c7' },
    }),
    event('call.joined', 5, { joined: at(5) }),
    event('call.ended', 50, { duration: 45, endReason: 'hangup' }),
    event('call.billed', 52, { costUsd: 2, billingStatus: 'BILLING_STATUS_BILLED' }),
    event('call.billed', 55, { costUsd: 0, billingStatus: 'BILLING_STATUS_REFUNDED' }),
    event('call.analyzed', 59, { summary: 'Asked for the “hours” \u0000 \ud800.' }),
  ]
}

async function post(server: Server, event: object): Promise<number> {
  const delivery = await signDelivery(event, SECRET)
  return (await fetch(server.url, { method: 'POST', ...delivery })).status
}

async function stored(callId: string): Promise<unknown> {
  return (await fetch(`${servers[0]?.origin}/calls/${callId}`)).json()
}

it('examples/call-state has the state of all events that arrive at two processes at once', async () => {
  const random = seeded(1)
  for (let round = 0; round < ROUNDS; round++) {
    const callId = `call-${round}`
    const events = lifeOf(callId)
    const deliveries = [...events, ...events].sort(() => random() - 0.5)
    const statuses = await Promise.all(
      deliveries.map((event, index) => post(servers[index % servers.length] ?? never(), event)),
    )
    // An event that is still being processed in the same process is busy.
    for (const status of statuses) expect([204, 503]).toContain(status)
    const expected = events.reduce<CallState | undefined>(
      (state, event) => mergeCall(state, parseEvent(event)),
      undefined,
    )
    expect(await stored(callId)).toEqual(JSON.parse(JSON.stringify(expected)))
  }
})

it('examples/call-state stores nothing for other events, and knows no call without an event', async () => {
  const [server = never()] = servers
  const event = { event: 'batch.completed', timestamp: 1773844320, data: { batch_id: 'b1' } }
  const before = await postgres.run('SELECT count(*) FROM calls')
  expect(await post(server, event)).toBe(204)
  expect(await post(server, { event: 'call.created', timestamp: 1, data: { call_id: 'x' } })).toBe(204)
  expect(await postgres.run('SELECT count(*) FROM calls')).toBe(before)
  expect((await fetch(`${server.origin}/calls/x`)).status).toBe(404)
})

function never(): never {
  throw new Error('No server was started.')
}
