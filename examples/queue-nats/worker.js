import { nanos } from '@nats-io/transport-node'
import { createJobHandler } from 'truedy-webhooks'
import { FAILED_SUBJECT, openStreams, STREAM } from './stream.js'

const ATTEMPTS = 16
const ACK_WAIT_MS = 30_000

// If you run several workers, pass a `store` that they share.
const work = createJobHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const { connection, manager, stream } = await openStreams()
await manager.consumers.add(STREAM, {
  durable_name: 'workers',
  ack_policy: 'explicit',
  // If a worker crashes, another one gets its job after this time.
  ack_wait: nanos(ACK_WAIT_MS),
  // At most this many jobs run at once, in all workers together.
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

/** Retries a job after 1, 2, 4 … seconds, nine hours in all. Then moves it to the stream of failed jobs. */
async function retryLater(message) {
  const attempt = message.info.deliveryCount
  if (attempt < ATTEMPTS) return message.nak(1000 * 2 ** (attempt - 1))
  await stream.publish(FAILED_SUBJECT, message.data)
  message.term()
}
