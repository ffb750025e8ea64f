/** The connection to RabbitMQ, and the queues of this program. */

import { Connection } from 'rabbitmq-client'

export const EVENTS = 'truedy-events'
export const RETRY = 'truedy-events-retry'
export const FAILED = 'truedy-events-failed'

/** To change this later, delete the retry queue once it is empty. RabbitMQ can't change a queue that exists. */
const RETRY_MS = Number(process.env.RETRY_SECONDS ?? 30) * 1000
if (!(RETRY_MS > 0)) throw new Error('RETRY_SECONDS must be a positive number.')

/** Keeps jobs on the disks of several machines. A full queue rejects the new job. By default, it drops the oldest one. */
const SAFE = { 'x-queue-type': 'quorum', 'x-max-length': 1_000_000, 'x-overflow': 'reject-publish' }

/** Moves jobs to a queue if they are rejected or have waited long enough. They leave their old queue once the new one has them. */
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
  // Failed jobs wait here.
  await declare(RETRY, { ...movesTo(EVENTS), 'x-message-ttl': RETRY_MS })
}
