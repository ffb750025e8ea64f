/** Redis, on node-redis. */

import { createClient } from 'redis'
import { redisStore } from 'truedy-webhooks/stores/redis'

/** @type {import('../worker.mjs').OpenStore} */
export async function openStore(url) {
  // Without the queue a command fails at once while there is no connection, and the delivery is answered with 500.
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 50 } })
  // A connection that is lost is an event, besides failing what was under way on it.
  client.on('error', () => {})
  await client.connect()
  return { store: redisStore((command) => client.sendCommand(command)) }
}
