/** The faults, and how each is caused during the load. */

import { setTimeout as delay } from 'node:timers/promises'
import { sendLoad } from './load.js'
import { randomBetween, randomOf } from './random.js'
import type { Scenario } from './run.js'
import type { ServerFaults, StoreUnderTest } from './stores.js'
import type { WorkerPool } from './worker-pool.js'

type Play = Scenario['play']

const BATCHES = 20

/**
 * Waits until four handlers run, so that the next fault hits events between claim and complete. A busy machine takes longer
 * than any fixed delay. Continues after 1 s, because the rest of a batch may be fewer than four events.
 */
async function untilHandlersRun({ running }: WorkerPool): Promise<void> {
  const deadline = performance.now() + 1000
  while (running().length < 4 && performance.now() < deadline) await delay(10)
}

export const withoutFault: Play = async ({ sender }) => ({ ids: await sendLoad(sender), faults: 'none' })

/** Kills a worker after each batch: alternately one that is in a handler, and any. */
export const killWorkers: Play = async ({ sender, workers }) => {
  let kills = 0
  const ids = await sendLoad(sender, BATCHES, async () => {
    await delay(randomBetween(5, 30))
    // On a slow machine, kills come faster than successors.
    await workers.ready(2)
    const busy = workers.running().map(({ pid }) => pid)
    await workers.end(randomOf(kills % 2 === 0 && busy.length > 0 ? busy : workers.pids()), 'SIGKILL')
    kills += 1
    await delay(randomBetween(100, 200))
  })
  return { ids, faults: `${kills} kills, ${workers.deathsInHandler()} in a handler` }
}

/** Restarts the store in an orderly way, and then once more after a crash. */
export function restartStore(store: StoreUnderTest): Play {
  return async ({ sender, workers }) => {
    const fail = async () => {
      await delay(500)
      await store.restart(workers)
      await delay(300)
      await store.crash(workers)
    }
    const [ids] = await Promise.all([sendLoad(sender, BATCHES), fail()])
    return { ids, faults: '1 restart, 1 crash' }
  }
}

const BLOCKED_MS = 5000

/** Makes the store unreachable for 5 s during the load. */
export function blockStore(store: StoreUnderTest): Play {
  return async ({ sender, ledger }) => {
    const fail = async () => {
      await delay(500)
      // At least one handler ends while the store is unreachable.
      const held = await ledger.nextHeld()
      const blocked = store.block(BLOCKED_MS)
      await delay(300)
      held.proceed()
      await blocked
    }
    const [ids] = await Promise.all([sendLoad(sender, BATCHES), fail()])
    return { ids, faults: `${BLOCKED_MS / 1000} s away` }
  }
}

/** Drops the connections to the store after each batch, while handlers run. */
export function cutConnections(store: StoreUnderTest): Play {
  return async ({ sender, workers }) => {
    const caught = new Set<string>()
    const ids = await sendLoad(sender, BATCHES, async () => {
      await delay(randomBetween(10, 30))
      await untilHandlersRun(workers)
      for (const { id } of workers.running()) caught.add(id)
      await store.cut()
      await delay(randomBetween(50, 100))
    })
    return { ids, faults: `${BATCHES} cuts, ${caught.size} events between claim and complete` }
  }
}

/** One request in so many gets no response. With more, Redis' clients would do little but reconnect. */
const LOST_OF = 150

/** Loses responses of the store during the load, whatever they are. */
export function loseAnswers(server: ServerFaults): Play {
  return async ({ sender }) => {
    let lost = 0
    server.loseAnswers(() => {
      const isLost = randomBetween(1, LOST_OF) === 1
      if (isLost) lost += 1
      return isLost
    })
    try {
      const ids = await sendLoad(sender, BATCHES)
      await sender.finish()
      return { ids, faults: `${lost} answers lost` }
    } finally {
      server.loseAnswers(undefined)
    }
  }
}

/** Longer than a delivery may take. */
const FROZEN_MS = 12_000

/** Freezes the server in the middle of the load for longer than a delivery may take. */
export function freezeServer(server: ServerFaults): Play {
  return async ({ sender, workers }) => {
    const fail = async () => {
      await delay(500)
      await server.freeze(FROZEN_MS)
    }
    const [ids] = await Promise.all([sendLoad(sender, BATCHES), fail()])
    await sender.finish()
    const longest = Math.max(
      ...workers.events.map((event) => (event.type === 'outcome' ? event.durationMs : 0)),
    )
    return { ids, faults: `${FROZEN_MS / 1000} s frozen, longest response ${(longest / 1000).toFixed(1)} s` }
  }
}
