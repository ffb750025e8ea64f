/** Redis, on node-redis. */

import { createClient } from 'redis'
import { redisStore } from 'truedy-webhooks/stores/redis'

/** @type {import('../worker.mjs').OpenStore} */
export async function openStore(url) {
  // Without the offline queue, a command fails at once while there is no connection, and the delivery gets a 500.
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 50 } })
  // A lost connection is an event. It also makes pending requests fail.
  client.on('error', () => {})
  await client.connect()
  return { store: redisStore((command) => client.sendCommand(command)) }
}
