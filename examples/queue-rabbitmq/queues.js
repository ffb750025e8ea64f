/** The connection to RabbitMQ, and the queues of this program. */

import { Connection } from 'rabbitmq-client'

export const EVENTS = 'truedy-events'
export const RETRY = 'truedy-events-retry'
export const FAILED = 'truedy-events-failed'

const RETRY_MS = 30_000

/** On several machines, and on the disk of each. A queue that is full rejects the new job; the default drops the oldest. */
const SAFE = { 'x-queue-type': 'quorum', 'x-max-length': 1_000_000, 'x-overflow': 'reject-publish' }

/**
 * The queue to which jobs move that were rejected or have waited long enough. A job leaves its old queue only once the new
 * one has it.
 */
const movesTo = (queue) => ({
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  'x-dead-letter-strategy': 'at-least-once',
})

export function openConnection() {
  const connection = new Connection(process.env.AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672')
  connection.on('error', (error) => console.error(error))
  return connection
}

export async function declareQueues(connection) {
  const declare = (queue, settings) =>
    connection.queueDeclare({ queue, durable: true, arguments: { ...SAFE, ...settings } })
  await declare(FAILED, {})
  await declare(EVENTS, movesTo(RETRY))
  // A job that failed waits here.
  await declare(RETRY, { ...movesTo(EVENTS), 'x-message-ttl': RETRY_MS })
}
