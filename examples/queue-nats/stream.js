/** The connection to NATS, and the two streams of this program. */

import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, nanos } from '@nats-io/transport-node'

export const SUBJECT = 'truedy.events'
export const FAILED_SUBJECT = 'truedy.failed'
export const STREAM = 'TRUEDY'

const HOUR_MS = 3_600_000

export async function openStreams() {
  const connection = await connect({
    servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
    maxReconnectAttempts: -1,
  })
  const manager = await jetstreamManager(connection)
  await manager.streams.add({
    name: STREAM,
    subjects: [SUBJECT],
    // A job stays until a worker acknowledges it, even if there is no worker yet.
    retention: 'workqueue',
    storage: 'file',
    // A full stream rejects the new job. The default, `old`, drops the oldest job, although Truedy already has a 204 for it.
    discard: 'new',
    max_bytes: 1_000_000_000,
    duplicate_window: nanos(HOUR_MS),
  })
  await manager.streams.add({ name: 'TRUEDY_FAILED', subjects: [FAILED_SUBJECT] })
  return { connection, manager, stream: jetstream(connection) }
}
