/** A run: four receivers, four workers, a ledger and a sender, and what finally happened to the events. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Ledger, startLedger } from '../faults/ledger.js'
import { randomBetween } from '../faults/random.js'
import { createSender, type Sender } from '../faults/sender.js'
import { startWorkers, type WorkerPool } from '../faults/worker-pool.js'
import type { EngineServer } from './engines.js'
import type { EngineSettings, ProgramConfig } from './programs/engine.js'

/** Longer than any wait for a receiver that starts: who doesn't answer within this time has forgotten the request. */
const TIMEOUT_MS = 60_000

const SECRET = 'whsec_0123456789abcdef0123456789abcdef'

/** The processes of an engine, shared by consecutive runs. */
export interface Pools {
  readonly server: EngineServer
  readonly receivers: WorkerPool
  readonly workers: WorkerPool
  readonly ledger: Ledger
  newSender(): Sender
  stop(): Promise<void>
}

export async function startPools(
  server: EngineServer,
  settings: EngineSettings,
  leaseMs: number,
): Promise<Pools> {
  const ledger = await startLedger(() => randomBetween(5, 30))
  const config: Omit<ProgramConfig, 'port'> = {
    engine: server.name,
    url: server.url,
    storeUrl: server.storeUrl,
    settings,
    secret: SECRET,
    leaseMs,
    ledgerUrl: ledger.url,
  }
  const start = (program: string) =>
    startWorkers(config, join(import.meta.dirname, 'programs', `${program}.mjs`))
  const [receivers, workers] = await Promise.all([start('receiver'), start('worker')])
  return {
    server,
    receivers,
    workers,
    ledger,
    newSender: () => createSender(receivers.url, SECRET, TIMEOUT_MS),
    async stop() {
      await Promise.all([receivers.stop(), workers.stop()])
      await ledger.stop()
    },
  }
}

/** The counts of one run. */
export interface QueueLine {
  readonly engine: string
  readonly scenario: string
  /** The faults. */
  readonly faults: string
  readonly sent: number
  readonly requests: number
  /** Responses with 500. */
  readonly failed: number
  /** Requests without a response. */
  readonly broken: number
  /** The slowest response. */
  readonly longest: string
  /** Jobs that ended because their worker crashed. */
  readonly interrupted: number
  readonly events: number
  readonly once: number
  readonly again: number
  readonly lost: number
  readonly seconds: string
}

export const LINE_TITLES: Record<keyof QueueLine, string> = {
  engine: 'engine',
  scenario: 'scenario',
  faults: 'faults',
  sent: 'sent',
  requests: 'requests',
  failed: '500',
  broken: 'broken',
  longest: 'longest s',
  interrupted: 'interrupted',
  events: 'events',
  once: 'processed once',
  again: 'again',
  lost: 'lost',
  seconds: 'seconds',
}

/** What a scenario works with. */
export interface Run extends Pools {
  readonly sender: Sender
}

export interface Result extends Run {
  readonly line: QueueLine
  /** The events without an effect. */
  readonly lost: readonly string[]
  /** The events with more effects than crashes of workers, and outcomes that were not recorded, explain. */
  readonly unexplained: readonly string[]
  /** The events that were processed, but not marked done, because the store was down for too long. */
  readonly unrecorded: readonly string[]
}

/** How long the engine may take for the remaining jobs, in milliseconds. */
const DRAIN_MS = 120_000

/**
 * Plays a scenario until every delivery is acknowledged and no job is left, then counts.
 *
 * @param play - sends and causes faults; resolves with the ids of the events, and with the faults
 */
export async function playRun(
  pools: Pools,
  scenario: string,
  play: (run: Run) => Promise<{ ids: readonly string[]; faults: string }>,
): Promise<Result> {
  const run = { ...pools, sender: pools.newSender() }
  const startedAt = performance.now()
  const { ids, faults } = await play(run)
  await run.sender.finish()
  await untilDrained(pools)
  return count(run, { scenario, faults, seconds: seconds(performance.now() - startedAt) }, ids)
}

/** Waits until the engine has no job left. Ends without an error, so that a loss shows as a loss. */
export async function untilDrained({ server, workers }: Pools): Promise<void> {
  const deadline = performance.now() + DRAIN_MS
  while (performance.now() < deadline) {
    if ((await server.pending().catch(() => 1)) === 0 && workers.running().length === 0) return
    await delay(100)
  }
}

function count(
  run: Run,
  told: Pick<QueueLine, 'scenario' | 'faults' | 'seconds'>,
  ids: readonly string[],
): Result {
  const { server, workers, sender, ledger } = run
  const times = (id: string) => ledger.effects.get(id) ?? 0
  const deaths = (id: string) => workers.interrupted.get(id) ?? 0
  const unrecorded = workers.events.flatMap((event) =>
    event.type === 'outcome' && event.status === 'processed' && !event.recorded && ids.includes(event.id)
      ? event.id
      : [],
  )
  const notRecorded = (id: string) => unrecorded.filter((each) => each === id).length
  const lost = ids.filter((id) => times(id) === 0)
  const again = ids.filter((id) => times(id) > 1)
  const line = {
    engine: server.name,
    ...told,
    sent: sender.deliveries(),
    requests: sender.requests(),
    failed: sender.answers(500),
    broken: sender.broken(),
    longest: seconds(sender.longestMs()),
    interrupted: ids.reduce((sum, id) => sum + deaths(id), 0),
    events: ids.length,
    once: ids.filter((id) => times(id) === 1).length,
    again: again.length,
    lost: lost.length,
  }
  // If a worker crashes between effect and record, or if the record fails, its event is processed again: once for each such
  // fault.
  const unexplained = again.filter((id) => times(id) > 1 + deaths(id) + notRecorded(id))
  return { ...run, line, lost, unexplained, unrecorded }
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1)
