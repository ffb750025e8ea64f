/** The worker's side: takes jobs from the stream. */

import { nanos } from '@nats-io/transport-node'
import { FAILED_SUBJECT, openStreams, STREAM } from './stream.js'

const ATTEMPTS = Number(process.env.ATTEMPTS ?? 16)
if (!(ATTEMPTS >= 1)) throw new Error('ATTEMPTS must be a number of at least 1.')
const ACK_WAIT_MS = 30_000
/** At most this many jobs run at once in this worker. */
const CONCURRENCY = 10

/** Runs `work` for each job. Returns a function that stops taking jobs and resolves once the running ones are done. */
export async function startConsumer(work) {
  const { connection, manager, stream } = await openStreams()
  await manager.consumers.add(STREAM, {
    durable_name: 'workers',
    ack_policy: 'explicit',
    // If a worker crashes, another one gets its job after this time.
    ack_wait: nanos(ACK_WAIT_MS),
    // The most jobs that all workers may have at once. Jobs of a crashed worker count until they are assigned again, so with a low
    // limit, all workers would wait for that.
    max_ack_pending: 1000,
  })
  const consumer = await stream.consumers.get(STREAM, 'workers')
  const messages = await consumer.consume({
    max_messages: CONCURRENCY,
    // If NATS restarts twice in a row, the client may wait this long before it asks for jobs again. The default is 30 seconds.
    expires: 5000,
    // If the stream or the consumer is deleted, this program exits. It creates both when it starts again.
    abort_on_missing_resource: true,
  })

  const consumed = runAll()
  return async () => {
    messages.close()
    await consumed
    await connection.drain()
  }

  async function runAll() {
    const running = new Set()
    for await (const message of messages) {
      const job = run(message).finally(() => running.delete(job))
      running.add(job)
      if (running.size >= CONCURRENCY) await Promise.race(running)
    }
    await Promise.all(running)
  }

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
}
