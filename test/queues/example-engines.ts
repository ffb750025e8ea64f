/** The engines that `examples/` shows, each on its real server, with a Redis for the job handler's store. */

import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Connection } from 'rabbitmq-client'
import type { QueueJob } from '../../src/index.js'
import { startNats } from '../support/nats-server.js'
import { startRabbitMq } from '../support/rabbitmq-server.js'
import { startRedis } from '../support/redis-server.js'
import type { EngineServer } from './engines.js'

/** The streams of `examples/queue-nats`. */
const STREAM = 'TRUEDY'
const FAILED_STREAM = 'TRUEDY_FAILED'

/** The queues of `examples/queue-rabbitmq`. */
const EVENTS = 'truedy-events'
const RETRY = 'truedy-events-retry'
const FAILED = 'truedy-events-failed'

/** A store that stays up whatever is done to the engine. */
async function startStore(): Promise<{ storeUrl: string; stop(): Promise<void> }> {
  const { port, stop } = await startRedis()
  return { storeUrl: `redis://127.0.0.1:${port}`, stop }
}

export async function startNatsEngine(): Promise<EngineServer> {
  const program = await startNats()
  const store = await startStore()
  const url = `nats://127.0.0.1:${program.port}`
  const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 })
  const { streams } = await jetstreamManager(connection)
  const state = async (stream: string) => (await streams.info(stream)).state
  return {
    name: 'NATS JetStream',
    url,
    storeUrl: store.storeUrl,
    program,
    crashSignal: 'SIGKILL',
    async keys() {
      const { first_seq, last_seq } = await state(STREAM)
      const found: string[] = []
      for (let seq = first_seq; seq <= last_seq; seq++) {
        const message = await streams.getMessage(STREAM, { seq })
        if (message) found.push(message.json<QueueJob>().key)
      }
      return found
    },
    pending: async () => (await state(STREAM)).messages,
    failed: async () => (await state(FAILED_STREAM)).messages,
    // The ids are in the server's memory. After a restart, it only knows those of the jobs that it still holds.
    async forgetDone() {
      await program.halt()
      await program.resume()
      while (!(await state(STREAM).catch(() => undefined))) await delay(100)
    },
    loseAll: async () => void (await streams.purge(STREAM)),
    age: async () => {},
    async close() {
      await connection.close()
      await store.stop()
    },
  }
}

export async function startRabbitMqEngine(): Promise<EngineServer> {
  const program = await startRabbitMq()
  const store = await startStore()
  const connection = new Connection(program.url)
  connection.on('error', () => {})
  /** How many jobs some queues hold: those that wait, those that run, and those on the way to another queue. */
  async function held(...queues: string[]): Promise<number> {
    const ids = queues.map((queue) => `'%2F_${queue}'`)
    const answer = await program.evaluate(
      `lists:sum([element(2, ra:consistent_query({Q, node()}, fun rabbit_fifo:query_messages_total/1)) || Q <- [${ids}]]).`,
    )
    const [, count] = /^\{ok, (\d+)\}/.exec(answer) ?? []
    if (count === undefined) throw new Error(`RabbitMQ does not tell how many jobs it holds: ${answer}`)
    return Number(count)
  }
  return {
    name: 'RabbitMQ',
    url: program.url,
    storeUrl: store.storeUrl,
    program,
    crashSignal: 'SIGKILL',
    async keys() {
      // A channel that is closed gives its messages back.
      const channel = await connection.acquire()
      const found: string[] = []
      for (const queue of [EVENTS, RETRY]) {
        for (;;) {
          const message = await channel.basicGet({ queue })
          if (!message) break
          found.push(String(message.body.key))
        }
      }
      await channel.close()
      return found
    },
    pending: () => held(EVENTS, RETRY),
    failed: () => held(FAILED),
    // It keeps nothing of a job that is done.
    forgetDone: async () => {},
    async loseAll() {
      for (const queue of [EVENTS, RETRY]) await connection.queuePurge({ queue })
    },
    age: async () => {},
    async close() {
      await connection.close()
      await store.stop()
    },
  }
}
