/** The worker's side: takes jobs from the queue. */

import { ConsumerStatus } from 'rabbitmq-client'
import { declareQueues, EVENTS, FAILED, openConnection } from './queues.js'

/** At one attempt every 30 seconds, this takes eight hours. */
const ATTEMPTS = Number(process.env.ATTEMPTS ?? 1000)
if (!(ATTEMPTS >= 1)) throw new Error('ATTEMPTS must be a number of at least 1.')

/** Runs `work` for each job. Returns a function that stops taking jobs and resolves once the running ones are done. */
export async function startConsumer(work) {
  const connection = openConnection()
  await declareQueues(connection)
  const publisher = connection.createPublisher({ confirm: true })
  const consumer = connection.createConsumer(
    // With `requeue`, a failed job would come back at once, thousands of times a second.
    { queue: EVENTS, queueOptions: { passive: true }, qos: { prefetchCount: 10 }, requeue: false },
    async ({ body, headers }) => {
      try {
        await work(body)
      } catch (error) {
        console.error(error)
        // Moves the job to the retry queue, from which it comes back.
        if (failures(headers) < ATTEMPTS - 1) return ConsumerStatus.DROP
        await publisher.send({ routingKey: FAILED, durable: true }, body)
      }
    },
  )
  consumer.on('error', (error) => console.error(error))

  return async () => {
    await consumer.close()
    await publisher.close()
    await connection.close()
  }
}

/** Returns how often this job has failed before. RabbitMQ counts this in a header. */
function failures(headers) {
  return (
    headers?.['x-death']?.find(({ queue, reason }) => queue === EVENTS && reason === 'rejected')?.count ?? 0
  )
}
