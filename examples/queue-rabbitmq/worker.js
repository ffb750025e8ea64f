import { ConsumerStatus } from 'rabbitmq-client'
import { createJobHandler } from 'truedy-webhooks'
import { declareQueues, EVENTS, FAILED, openConnection } from './queues.js'

/** One each 30 seconds: eight hours in all. */
const ATTEMPTS = 1000

// RabbitMQ recognizes no duplicates: the job handler's store does. With several worker processes, pass a `store` that they share.
const work = createJobHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const connection = openConnection()
await declareQueues(connection)
const publisher = connection.createPublisher({ confirm: true })
const consumer = connection.createConsumer(
  // Never `requeue`: the job would come back at once, thousands of times a second.
  { queue: EVENTS, queueOptions: { passive: true }, qos: { prefetchCount: 10 }, requeue: false },
  async ({ body, headers }) => {
    try {
      await work(body)
    } catch (error) {
      console.error(error)
      // To the queue of jobs that wait, and back from there.
      if (failures(headers) < ATTEMPTS - 1) return ConsumerStatus.DROP
      await publisher.send({ routingKey: FAILED, durable: true }, body)
    }
  },
)
consumer.on('error', (error) => console.error(error))

/** How often this job has failed before. RabbitMQ counts it in a header. */
function failures(headers) {
  return (
    headers?.['x-death']?.find(({ queue, reason }) => queue === EVENTS && reason === 'rejected')?.count ?? 0
  )
}

process.once('SIGTERM', async () => {
  await consumer.close()
  await publisher.close()
  await connection.close()
})
