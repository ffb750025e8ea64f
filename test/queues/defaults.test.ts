/**
 * Each engine with its own defaults, while a worker that holds a lease is killed: nothing is lost, but recovery takes
 * the engine's own time. If that is more than two minutes, the test moves the start of the job back.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleEvent } from '../../src/testing/index.js'
import { type EngineServer, engineNames, exampleEngineNames, startServer } from './engines.js'
import { type Pools, startPools } from './pools.js'

/**
 * The time after which an engine gives a crashed worker's job to another worker, in seconds. With 0, the test waits
 * for it.
 */
const REDELIVERY_S = {
  BullMQ: 0,
  'pg-boss': 15 * 60,
  'graphile-worker': 4 * 3600,
  'NATS JetStream': 0,
  RabbitMQ: 0,
}

const testedNames = [...engineNames, ...exampleEngineNames]

const WAIT = { timeout: 200_000, interval: 250 }

// These tests take minutes, because the engines look for such jobs every 30 to 120 s.
describe.runIf(process.env['FULL'] === '1').each(testedNames)('%s with its defaults (full)', (name) => {
  let server: EngineServer
  let pools: Pools
  beforeEach(async () => {
    server = await startServer(name)
    pools = await startPools(server, {}, 10_000)
  })
  afterEach(async () => {
    await pools?.stop()
    await server?.close()
    await server?.program.stop()
  })

  /** Delivers an event, and waits until it is acknowledged. */
  async function deliver(event: ReturnType<typeof sampleEvent>): Promise<void> {
    const sender = pools.newSender()
    sender.send(event)
    await sender.finish()
    expect(sender.givenUp()).toBe(0)
  }

  /** Kills the worker that gets the next job while it processes it. */
  async function killNext(): Promise<void> {
    const { pid } = await pools.ledger.nextHeld()
    await pools.workers.end(pid, 'SIGKILL')
    await pools.workers.ready()
  }

  it('gives the job of a killed worker to another one', async () => {
    const event = sampleEvent('call.ended')
    const killed = killNext()
    await deliver(event)
    await killed
    expect(await server.pending()).toBe(1)
    expect(pools.ledger.effects.size).toBe(0)
    const startedAt = performance.now()
    if (REDELIVERY_S[name] > 0) await server.age(REDELIVERY_S[name])
    await vi.waitFor(() => expect(pools.ledger.effects.get(String(event.id))).toBe(1), WAIT)
    console.log(
      `${name}: processed ${((performance.now() - startedAt) / 1000).toFixed(0)} s after the kill, made older by ${REDELIVERY_S[name]} s`,
    )
  })

  it.runIf(name === 'BullMQ')(
    'fails a job whose worker is killed twice, until Truedy delivers it again',
    async () => {
      const event = sampleEvent('call.ended')
      const first = killNext()
      await deliver(event)
      await first
      await killNext()
      await vi.waitFor(async () => expect(await server.failed()).toBe(1), WAIT)
      expect(pools.ledger.effects.size).toBe(0)
      await deliver(event)
      await vi.waitFor(() => expect(pools.ledger.effects.get(String(event.id))).toBe(1), WAIT)
    },
  )
})
