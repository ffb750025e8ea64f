/** The receiver's side: publishes jobs. */

import { setImmediate } from 'node:timers/promises'
import { declareQueues, EVENTS, openConnection } from './queues.js'

export async function openQueue() {
  const connection = openConnection()
  await declareQueues(connection)
  const publisher = connection.createPublisher({ confirm: true })

  // RabbitMQ returns a message if its queue doesn't exist, and still confirms it.
  const returned = new Set()
  publisher.on('basic.return', ({ messageId }) => returned.add(messageId))

  const queue = {
    async add(job) {
      const messageId = crypto.randomUUID()
      await publisher.send({ routingKey: EVENTS, durable: true, mandatory: true, messageId }, job)
      // The client reports a returned message one turn of the event loop late, which can be after the confirmation.
      await setImmediate()
      if (returned.delete(messageId))
        throw new Error(`The queue ${EVENTS} doesn't exist. Restart the receiver, which creates it.`)
    },
  }
  async function close() {
    await publisher.close()
    await connection.close()
  }
  return { queue, close }
}
