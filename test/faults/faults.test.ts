/**
 * No event is lost, and none is processed twice, whatever happens to workers and store: real processes, everything
 * counted.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pauseWorkers } from './pause.js'
import { seed } from './random.js'
import { playScenario, type Result, type Scenario } from './run.js'
import {
  blockStore,
  cutConnections,
  freezeServer,
  killWorkers,
  loseAnswers,
  restartStore,
  withoutFault,
} from './scenarios.js'
import { type StoreUnderTest, startStore } from './stores.js'
import { type LedgerLine, toTable } from './table.js'
import type { StepEvent } from './worker-events.js'

const lines: LedgerLine[] = []

afterAll(() => {
  if (lines.length === 0) return
  console.log(`\n${toTable(lines)}\n\nSeed ${seed}; FAULTS_SEED=${seed} makes the same choices again.\n`)
})

describe.each(['redis', 'postgres', 'sqlite'] as const)('%s', (name) => {
  let store: StoreUnderTest
  beforeAll(async () => {
    store = await startStore[name]()
  })
  afterAll(() => store?.stop())

  /**
   * Plays a scenario and requires what all scenarios have in common. By default, a worker that crashes holds its
   * events until the seventh retry, 3.8 s after the first attempt.
   */
  async function play(scenario: Partial<Scenario> & Pick<Scenario, 'name' | 'play'>): Promise<Result> {
    const result = await playScenario({ store: name, pattern: 'plain', leaseMs: 3000, ...scenario }, store)
    lines.push(result.line)
    expect(result.lost).toEqual([])
    expect(result.sender.givenUp()).toBe(0)
    expect(result.unexplained).toEqual([])
    return result
  }

  const deaths = ({ workers }: Result) => workers.events.filter(({ type }) => type === 'died').length
  const outcomes = ({ workers }: Result, status: string) =>
    workers.events.filter((event) => event.type === 'outcome' && event.status === status).length
  const steps = ({ workers }: Result, step: StepEvent['step'], result: StepEvent['result']) =>
    workers.events.filter((event) => event.type === 'step' && event.step === step && event.result === result)
      .length

  it('processes 2,000 deliveries of 1,400 events once', async () => {
    const result = await play({ name: 'no fault', play: withoutFault })
    expect(result.again).toEqual([])
    expect(result.line).toMatchObject({ deliveries: 2000, events: 1400, broken: 0 })
    expect(outcomes(result, 'processed')).toBe(1400)
    expect(outcomes(result, 'duplicate')).toBe(600)
    // Anyone can use this port.
    expect(result.ledger.pids.size).toBe(4)
  })

  it('loses nothing if workers are killed', async () => {
    const result = await play({ name: 'workers killed', play: killWorkers })
    expect(deaths(result)).toBeGreaterThanOrEqual(20)
    expect(result.workers.deathsInHandler()).toBeGreaterThanOrEqual(5)
  })

  // SQLite has no server, so all of its workers are restarted or killed at once.
  it('survives a restart of the store', async () => {
    const result = await play({ name: 'store restarted', leaseMs: 7000, play: restartStore(store) })
    if (name === 'sqlite') expect(deaths(result)).toBeGreaterThanOrEqual(8)
    else {
      expect(result.again).toEqual([])
      expect(result.line.failed).toBeGreaterThan(0)
    }
  })

  it('responds with 500 while the store is unreachable for 5 s, and continues afterward', async () => {
    const result = await play({ name: 'store unreachable', leaseMs: 7400, play: blockStore(store) })
    expect(result.again).toEqual([])
    expect(result.line.failed).toBeGreaterThan(0)
    expect(steps(result, 'complete', 'failed')).toBeGreaterThan(0)
  })

  it('rejects a worker that was paused for longer than its lease', async () => {
    const result = await play({ name: 'workers paused', leaseMs: 800, timeoutMs: 300, play: pauseWorkers })
    expect(result.again).toEqual([])
    // Two were still held by the other worker. Two were done, which is what `complete` asks for.
    expect(steps(result, 'complete', 'rejected')).toBe(2)
    expect(steps(result, 'release', 'rejected')).toBe(4)
  })

  // SQLite has no connection, so its file is locked for a moment.
  it('loses no record if a connection drops between claim and complete', async () => {
    // Longer than it takes until `complete` succeeds, even for an event that meets several cuts.
    const result = await play({ name: 'connections cut', leaseMs: 7400, play: cutConnections(store) })
    expect(result.again).toEqual([])
    expect(steps(result, 'complete', 'failed')).toBeGreaterThan(0)
  })

  // SQLite has no server.
  if (name !== 'sqlite') {
    const server = () => store.server ?? expect.fail('There is no server.')
    const unrecorded = ({ workers }: Result) =>
      workers.events.filter(
        (event) => event.type === 'outcome' && event.status === 'processed' && !event.recorded,
      )

    it('processes nothing twice if responses are lost, and knows what was marked done', async () => {
      const result = await play({ name: 'answers lost', play: loseAnswers(server()) })
      expect(result.again).toEqual([])
      expect(result.line.failed).toBeGreaterThan(0)
      expect(unrecorded(result)).toEqual([])
    })

    it('responds in time while the server is frozen, and continues afterward', async () => {
      const result = await play({ name: 'server frozen', leaseMs: 20_000, play: freezeServer(server()) })
      expect(result.again).toEqual([])
      // The sender waits for 10 s, as Truedy does. The deadline is 9 s, and timers are late on a busy machine.
      expect(result.line.broken).toBe(0)
      expect(result.line.failed).toBeGreaterThan(0)
    })
  }

  // Redis holds no effects that could share a transaction with the record.
  if (name === 'redis') return

  describe('in one transaction with the effect', () => {
    it('processes nothing twice if workers are killed', async () => {
      const result = await play({ name: 'transaction, killed', pattern: 'transaction', play: killWorkers })
      expect(result.again).toEqual([])
      expect(deaths(result)).toBeGreaterThanOrEqual(20)
      expect(result.workers.deathsInHandler()).toBeGreaterThanOrEqual(5)
    })

    it('processes nothing twice if the store is restarted', async () => {
      const result = await play({
        name: 'transaction, restarted',
        pattern: 'transaction',
        play: restartStore(store),
      })
      expect(result.again).toEqual([])
    })
  })
})
