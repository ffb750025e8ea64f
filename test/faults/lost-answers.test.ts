/**
 * For each step of a store, the server does it but the client never gets the response. What is reported must be what
 * the store says.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dedupeKey, parseEvent } from '../../src/index.js'
import { sampleEvent } from '../../src/testing/index.js'
import { createEndpoint, type OpenedStore, openStore } from './clients.js'
import { type StoreUnderTest, startStore } from './stores.js'

/** What distinguishes the request of a step from others. */
const requests = {
  redis: {
    claim: /\r\nNX\r\n/,
    'claim of a record': /return 2 end/,
    renew: /PEXPIRE/,
    complete: /'done', 'PX'/,
    release: /'DEL'/,
  },
  postgres: {
    claim: /DO NOTHING/,
    'claim of a record': /record\.owner = excluded\.owner/,
    renew: /UPDATE "truedy_webhooks" SET expires_at/,
    complete: /SET owner = NULL/,
    release: /DELETE FROM/,
  },
} as const

const LEASE_MS = 3000

describe.each(['redis', 'postgres'] as const)('%s', (name) => {
  let server: StoreUnderTest
  let opened: OpenedStore
  beforeAll(async () => {
    server = await startStore[name]()
    opened = await openStore[name](server.address)
  })
  afterAll(async () => {
    await opened?.close()
    await server?.stop()
  })

  /** Loses the next responses to a step, and returns how many are still to be lost. */
  function lose(step: keyof (typeof requests)['redis'], count: number): () => number {
    let left = count
    server.server?.loseAnswers((request) => {
      const isLost = left > 0 && requests[name][step].test(request)
      if (isLost) left -= 1
      return isLost
    })
    return () => left
  }

  /** An endpoint for one event whose handler counts. */
  function prepare(work: (run: number) => unknown = () => {}) {
    const event = sampleEvent('call.ended')
    const signals: AbortSignal[] = []
    const endpoint = createEndpoint({
      store: opened.store,
      leaseMs: LEASE_MS,
      async onEvent(_, { signal }) {
        signals.push(signal)
        await work(signals.length)
      },
    })
    return {
      ...endpoint,
      signals,
      deliver: () => endpoint.deliver(event),
      /** Retries until a delivery is acknowledged, as Truedy does, and returns the statuses. */
      async deliverUntilAcknowledged(): Promise<number[]> {
        const statuses: number[] = []
        while (statuses.at(-1) !== 204) {
          if (statuses.length > 0) await delay(100)
          statuses.push(await endpoint.deliver(event))
        }
        return statuses
      },
      /** True if the store tells another owner that the event is done. */
      async isDone(): Promise<boolean> {
        const key = dedupeKey(parseEvent(JSON.stringify(event)))
        return (await opened.store.claim(key, { owner: 'a stranger', leaseMs: 1 })) === 'done'
      },
    }
  }

  async function expectRecordedOnce(endpoint: ReturnType<typeof prepare>): Promise<void> {
    const processed = endpoint.outcomes.filter(({ status }) => status === 'processed')
    expect(processed).toEqual([expect.objectContaining({ recorded: true })])
    expect(await endpoint.isDone()).toBe(true)
    expect(endpoint.signals.some(({ aborted }) => aborted)).toBe(false)
  }

  it.each([1, 2, 3])('processes an event once if %i responses to its claim are lost', async (count) => {
    const endpoint = prepare()
    const left = lose('claim', count)
    const statuses = await endpoint.deliverUntilAcknowledged()
    expect(left()).toBe(0)
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(0)
    expect(endpoint.signals).toHaveLength(1)
    await expectRecordedOnce(endpoint)
  })

  it('acknowledges a duplicate once it learns that it is one', async () => {
    const endpoint = prepare()
    expect(await endpoint.deliver()).toBe(204)
    const left = lose('claim of a record', 1)
    expect(await endpoint.deliver()).toBe(500)
    expect(left()).toBe(0)
    await endpoint.deliverUntilAcknowledged()
    expect(endpoint.outcomes.at(-1)).toMatchObject({ status: 'duplicate' })
    expect(endpoint.signals).toHaveLength(1)
    await expectRecordedOnce(endpoint)
  })

  it('keeps a lease if the response to a renewal is lost', async () => {
    const endpoint = prepare(() => delay(LEASE_MS + 500))
    const left = lose('renew', 1)
    expect(await endpoint.deliver()).toBe(204)
    expect(left()).toBe(0)
    expect(endpoint.signals).toHaveLength(1)
    await expectRecordedOnce(endpoint)
  })

  it.each([1, 2, 3])('marks an event done if %i responses to complete are lost', async (count) => {
    const endpoint = prepare()
    const left = lose('complete', count)
    expect(await endpoint.deliver()).toBe(204)
    expect(left()).toBe(0)
    expect(endpoint.signals).toHaveLength(1)
    await expectRecordedOnce(endpoint)
  })

  it.each([1, 2, 3])('processes an event again if %i responses to its release are lost', async (count) => {
    const endpoint = prepare((run) => {
      if (run === 1) throw new Error('The first attempt fails.')
    })
    // A record that is gone is not released again, so only one response is lost.
    lose('release', count)
    const statuses = await endpoint.deliverUntilAcknowledged()
    expect(statuses[0]).toBe(500)
    expect(statuses).not.toContain(503)
    expect(endpoint.signals).toHaveLength(2)
    await expectRecordedOnce(endpoint)
  })
})
