/** Stores in the test's own process, and the deliveries that they see. */

import pg from 'pg'
import { createClient } from 'redis'
import {
  createWebhookHandler,
  type DedupeStore,
  type HandlerContext,
  type Handling,
  type Outcome,
  type ProcessingOptions,
} from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres.js'
import { redisStore } from '../../src/stores/redis.js'
import { type SampleEvent, signDelivery } from '../../src/testing/index.js'

/** A store and a function that closes its connections. */
export interface OpenedStore {
  readonly store: DedupeStore
  close(): Promise<void>
}

/** Opens a store by its URL, as the workers do. */
export const openStore = {
  async redis(url: string): Promise<OpenedStore> {
    const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 50 } })
    client.on('error', () => {})
    await client.connect()
    return {
      store: redisStore((command) => client.sendCommand(command)),
      close: async () => client.destroy(),
    }
  },
  async postgres(url: string): Promise<OpenedStore> {
    const pool = new pg.Pool({ connectionString: url })
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return {
      store: postgresStore((sql, params) => pool.query(sql, params)),
      close: () => pool.end(),
    }
  },
}

const SECRET = 'whsec_0123456789abcdef0123456789abcdef'

/** A receiver, and the outcomes of its deliveries. */
export function createEndpoint(
  options: Omit<ProcessingOptions<Request, []>, 'secret' | 'onOutcome'> &
    Handling<HandlerContext<Request, []>>,
) {
  const outcomes: Outcome[] = []
  const receive = createWebhookHandler({
    ...options,
    secret: SECRET,
    onOutcome: (outcome) => outcomes.push(outcome),
  })
  return {
    outcomes,
    /** Delivers an event once, and returns the status of the response. */
    async deliver(event: SampleEvent): Promise<number> {
      const { body, headers } = await signDelivery(event, SECRET)
      const response = await receive(new Request('http://localhost/', { method: 'POST', body, headers }))
      return response.status
    },
  }
}
