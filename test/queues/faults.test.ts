/**
 * No acknowledged delivery is lost, and none is processed twice without a kill, whatever happens to processes and
 * engine.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleEvent } from '../../src/testing/index.js'
import { sendLoad } from '../faults/load.js'
import { randomBetween, randomOf, seed } from '../faults/random.js'
import { tableOf } from '../faults/table.js'
import type { WorkerPool } from '../faults/worker-pool.js'
import { type EngineServer, engineNames, exampleEngineNames, startServer } from './engines.js'
import {
  LINE_TITLES,
  type Pools,
  playRun,
  type QueueLine,
  type Result,
  type Run,
  startPools,
  untilDrained,
} from './pools.js'

const isFull = process.env['FULL'] === '1'
/** 2,000 deliveries of 1,400 events, or 200 of 140. */
const EVENTS = isFull ? 1400 : 140
const BATCHES = isFull ? 20 : 4

/** Longer than most outages in a run, so that few leases expire in one. */
const LEASE_MS = 10_000
/** Longer than a step of the receiver may take, but shorter than the time for which complete is tried. */
const FROZEN_MS = 4000
/** After an outage that is no longer than this, complete is still being tried. */
const RECORDABLE_MS = 5000
/** Truedy gives up after about 10 s. */
const LONGEST_RESPONSE_MS = 9000

const lines: QueueLine[] = []
afterAll(() => {
  if (lines.length === 0) return
  console.log(
    `\n${tableOf(LINE_TITLES, lines)}\n\nSeed ${seed}; FAULTS_SEED=${seed} makes the same choices again.\n`,
  )
})

/** NATS gives the jobs of a killed worker to another one after 30 s, and RabbitMQ takes 20 s to start: too long for the short version. */
const testedNames = [...engineNames, ...(isFull ? exampleEngineNames : [])]

describe.each(testedNames)(`%s (${isFull ? 'full' : 'short'})`, (name) => {
  let server: EngineServer
  let pools: Pools
  beforeAll(async () => {
    server = await startServer(name)
    pools = await startPools(server, { attempts: 16, redeliverySeconds: 3, keepDoneSeconds: 3600 }, LEASE_MS)
  })
  afterAll(async () => {
    await pools?.stop()
    await server?.close()
    await server?.program.stop()
  })

  /** Plays a scenario and requires what all scenarios have in common. */
  async function play(scenario: string, action: Parameters<typeof playRun>[2]): Promise<Result> {
    const result = await playRun(pools, scenario, action)
    lines.push(result.line)
    expect(result.lost).toEqual([])
    expect(result.unexplained).toEqual([])
    expect(result.sender.givenUp()).toBe(0)
    // Every request gets a response in time, unless its own connection was broken.
    expect(result.sender.timedOut()).toBe(0)
    expect(result.sender.longestServedMs()).toBeGreaterThan(0)
    expect(result.sender.longestServedMs()).toBeLessThan(LONGEST_RESPONSE_MS)
    // If receivers are killed, a connection waits for the next one to start.
    if (result.line.broken === 0) expect(result.sender.longestMs()).toBeLessThan(LONGEST_RESPONSE_MS)
    expect(await server.pending()).toBe(0)
    expect(await server.failed()).toBe(0)
    return result
  }

  it('processes no event again that Truedy delivers after the engine has forgotten it', async () => {
    const result = await play('retry after the window', async (run) => {
      const events = Array.from({ length: 70 }, () => sampleEvent('call.ended'))
      const first = run.newSender()
      for (const event of events) first.send(event)
      await first.finish()
      await untilDrained(run)
      await server.forgetDone()
      expect(await server.keys()).toEqual([])
      for (const event of events) run.sender.send(event)
      return { ids: events.map(({ id }) => String(id)), faults: 'none' }
    })
    expect(result.line).toMatchObject({ again: 0, failed: 0, broken: 0, sent: 70 })
  })

  it.runIf(isFull)('processes 2,000 deliveries of 1,400 events once', async () => {
    const { line, ledger } = await play('no fault', async ({ sender }) => ({
      ids: await sendLoad(sender),
      faults: 'none',
    }))
    expect(line).toMatchObject({ again: 0, failed: 0, broken: 0, sent: 2000, events: 1400 })
    expect(ledger.pids.size).toBe(4)
  })

  it('loses nothing if receivers and workers are killed', async () => {
    const result = await play('processes killed', killProcesses)
    expect(result.workers.deathsInHandler()).toBeGreaterThanOrEqual(BATCHES / 2)
  })

  it('survives a restart and a crash of the engine', async () => {
    let outageMs = 0
    const result = await play('engine restarted', async ({ sender }) => {
      const fail = async () => {
        await delay(200)
        const startedAt = performance.now()
        await server.program.halt()
        await server.program.resume()
        await delay(200)
        await server.program.halt(server.crashSignal)
        await server.program.resume()
        outageMs = performance.now() - startedAt
      }
      const [ids] = await Promise.all([sendLoad(sender, BATCHES, undefined, EVENTS), fail()])
      return { ids, faults: '1 restart, 1 crash' }
    })
    if (outageMs < RECORDABLE_MS) expect(result.unrecorded).toEqual([])
    expect(result.line.broken).toBe(0)
  })

  // `queues.test.ts` has a short version of this test.
  it.runIf(isFull)('responds in time while the engine is frozen, and continues afterward', async () => {
    const result = await play('engine frozen', async ({ sender }) => {
      const fail = async () => {
        await delay(200)
        const thaw = await server.program.freeze()
        await delay(FROZEN_MS).finally(thaw)
      }
      const [ids] = await Promise.all([sendLoad(sender, BATCHES, undefined, EVENTS), fail()])
      return { ids, faults: `${FROZEN_MS / 1000} s frozen` }
    })
    expect(result.line.broken).toBe(0)
    expect(result.line.failed).toBeGreaterThan(0)
    expect(result.unrecorded).toEqual([])
  })

  it('finishes the current job on SIGTERM', async () => {
    const result = await play('SIGTERM in a job', async ({ sender, ledger, workers, receivers }) => {
      const held = ledger.nextHeld()
      const ids = await sendLoad(sender, 1, async () => {}, 14)
      const { pid, proceed } = await held
      const ends = [workers.end(pid, 'SIGTERM'), receivers.end(randomOf(receivers.pids()), 'SIGTERM')]
      await delay(500)
      expect(workers.pids()).toContain(pid)
      proceed()
      await Promise.all(ends)
      expect(workers.events.filter(({ type }) => type === 'died').at(-1)).toMatchObject({ pid, code: 0 })
      return { ids, faults: '1 worker, 1 receiver' }
    })
    expect(result.line).toMatchObject({ again: 0, interrupted: 0, broken: 0 })
  })
})

/** Kills a receiver and a worker after each batch: alternately a worker that is in a handler, and any. */
async function killProcesses({
  sender,
  ledger,
  receivers,
  workers,
}: Run): Promise<{ ids: string[]; faults: string }> {
  let kills = 0
  const kill = (pool: WorkerPool, pid = randomOf(pool.pids())) => pool.end(pid, 'SIGKILL')
  // Requested before the batch: by the time that it is sent, its handlers may all have ended, or none may have begun.
  let held = ledger.nextHeld()
  const ids = await sendLoad(
    sender,
    BATCHES,
    async () => {
      await delay(randomBetween(5, 100))
      // On a slow machine, kills come faster than successors.
      await Promise.all([receivers.ready(2), workers.ready(2)])
      const victim = kills % 2 === 0 ? (await held).pid : undefined
      await Promise.all([kill(receivers), kill(workers, victim)])
      kills += 1
      if (kills % 2 === 0 && kills < BATCHES) held = ledger.nextHeld()
      await delay(randomBetween(100, 200))
    },
    EVENTS,
  )
  return { ids, faults: `${2 * kills} kills, ${workers.deathsInHandler()} in a handler` }
}
