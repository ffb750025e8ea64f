/** One run: workers, a ledger, a sender, and what finally happened to the events. */

import { type Ledger, startLedger } from './ledger.js'
import { randomBetween } from './random.js'
import { createSender, type Sender } from './sender.js'
import type { StoreUnderTest } from './stores.js'
import type { LedgerLine } from './table.js'
import { startWorkers, type WorkerConfig, type WorkerPool } from './worker-pool.js'

export interface Run {
  readonly workers: WorkerPool
  readonly ledger: Ledger
  readonly sender: Sender
}

/** The settings of a run. */
export interface Scenario extends Pick<WorkerConfig, 'store' | 'pattern' | 'leaseMs'> {
  readonly name: string
  /** How long the sender waits for a response. */
  readonly timeoutMs?: number
  /** Sends and causes faults. Resolves with the ids of the sent events, and with the faults. */
  play(run: Run): Promise<{ ids: readonly string[]; faults: string }>
}

export interface Result extends Run {
  readonly line: LedgerLine
  /** The events without an effect. */
  readonly lost: readonly string[]
  /** The events with more than one effect. */
  readonly again: readonly string[]
  /** Those of them with more effects than the crashes of their workers explain. */
  readonly unexplained: readonly string[]
}

const SECRET = 'whsec_0123456789abcdef0123456789abcdef'

/** Plays a scenario until every delivery is acknowledged or given up, then counts. */
export async function playScenario(scenario: Scenario, store: StoreUnderTest): Promise<Result> {
  const { name, timeoutMs, play, ...settings } = scenario
  const ledger = await startLedger(() => randomBetween(5, 30))
  let workers: WorkerPool | undefined
  try {
    const config: Omit<WorkerConfig, 'port'> = {
      ...settings,
      address: store.address,
      secret: SECRET,
      ledgerUrl: ledger.url,
    }
    workers = await startWorkers(config)
    const run = { workers, ledger, sender: createSender(workers.url, SECRET, timeoutMs) }
    const startedAt = performance.now()
    const { ids, faults } = await play(run)
    await run.sender.finish()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const effects = settings.pattern === 'plain' ? ledger.effects : await store.effects()
    return count(run, { store: settings.store, scenario: name, faults, seconds }, ids, effects)
  } finally {
    await workers?.stop()
    await ledger.stop()
  }
}

function count(
  run: Run,
  told: Pick<LedgerLine, 'store' | 'scenario' | 'faults' | 'seconds'>,
  ids: readonly string[],
  effects: ReadonlyMap<string, number>,
): Result {
  const { workers, sender } = run
  const times = (id: string) => effects.get(id) ?? 0
  const deaths = (id: string) => workers.interrupted.get(id) ?? 0
  const lost = ids.filter((id) => times(id) === 0)
  const again = ids.filter((id) => times(id) > 1)
  // If a worker crashes between effect and record, its event is processed again: once for each such crash.
  const unexplained = again.filter((id) => times(id) > 1 + deaths(id))
  const line = {
    ...told,
    deliveries: sender.deliveries(),
    requests: sender.requests(),
    failed: sender.answers(500),
    busy: sender.answers(503),
    broken: sender.broken(),
    interrupted: ids.reduce((sum, id) => sum + deaths(id), 0),
    events: ids.length,
    once: ids.filter((id) => times(id) === 1).length,
    again: again.length,
    lost: lost.length,
  }
  return { ...run, line, lost, again, unexplained }
}
