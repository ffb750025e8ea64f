import { nanos } from '@nats-io/transport-node'
import { createJobHandler } from 'truedy-webhooks'
import { FAILED_SUBJECT, openStreams, STREAM } from './stream.js'

const ATTEMPTS = 16
const ACK_WAIT_MS = 30_000

// With several worker processes, pass a `store` that they share.
const work = createJobHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const { connection, manager, stream } = await openStreams()
await manager.consumers.add(STREAM, {
  durable_name: 'workers',
  ack_policy: 'explicit',
  // A job of a worker that crashed is given to another one after this time.
  ack_wait: nanos(ACK_WAIT_MS),
  // How many jobs run at once, in all workers.
  max_ack_pending: 10,
})
const consumer = await stream.consumers.get(STREAM, 'workers')
const messages = await consumer.consume({ max_messages: 10 })
const running = new Set()

process.once('SIGTERM', () => messages.close())

for await (const message of messages) {
  const job = run(message).finally(() => running.delete(job))
  running.add(job)
}
await Promise.all(running)
await connection.drain()

async function run(message) {
  const stillWorking = setInterval(() => message.working(), ACK_WAIT_MS / 3)
  try {
    await work(message.data)
    await message.ackAck()
  } catch (error) {
    console.error(error)
    await retryLater(message)
  } finally {
    clearInterval(stillWorking)
  }
}

/** Waits 1, 2, 4 … seconds, for nine hours in all. Then the job is kept in another stream. */
async function retryLater(message) {
  const attempt = message.info.deliveryCount
  if (attempt < ATTEMPTS) return message.nak(1000 * 2 ** (attempt - 1))
  await stream.publish(FAILED_SUBJECT, message.data)
  message.term()
}
