/**
 * The cost of a receiver beside the engine's own `add` on the same connection, and the time of its responses: `npm run
 * bench:queues`. Exits with 1 if a figure is over its limit.
 */

import { createServer } from 'node:http'
import { cpus } from 'node:os'
import { Queue as BullQueue } from 'bullmq'
import { Logger, makeWorkerUtils } from 'graphile-worker'
import pg from 'pg'
import PgBoss from 'pg-boss'
import { createReceiver, type Delivery, type Queue, type QueueJob } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'
import { bullmqQueue, graphileQueue, pgBossQueue } from 'truedy-webhooks/queues'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { measure } from '../../stores/bench/measure.js'
import { integer, printRow, verdictOf } from '../../support/bench-rows.js'
import { startPostgres } from '../../support/postgres-server.js'
import { startRedis } from '../../support/redis-server.js'
import { listenOn } from '../../support/server.js'
import { percentile, postAll } from './requests.js'

const SECRET = 'whsec_bench'
/** The fraction of the engine's own `add` that verifying and adding must reach. */
const LEAST_RATIO = 0.85
const REQUESTS = 1000
const REQUESTS_IN_FLIGHT = 10

/** The least that an engine's client can do for a job. */
type BareAdd = (job: QueueJob) => PromiseLike<unknown>

console.log(
  `Node ${process.version}, ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 16)} UTC`,
)
console.log('Medians of 21 interleaved rounds; ratios are taken within a round.\n')
printRow('', 'per second', 'median, µs', 'p99, µs', '× bare')

await benchBullmq()
await benchPgBoss()
await benchGraphile()

async function benchBullmq(): Promise<void> {
  const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const queue = new BullQueue('bench', { connection: { port: server.port } })
  await bench('BullMQ', bullmqQueue(queue), (job) =>
    queue.add(job.type, job, { jobId: job.key.replaceAll(':', '-') }),
  )
  await queue.close()
  await server.stop()
}

async function benchPgBoss(): Promise<void> {
  const server = await startPostgres()
  const boss = new PgBoss({ connectionString: server.url, supervise: false })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue('bench')
  await bench('pg-boss', pgBossQueue(boss, 'bench'), (job) =>
    boss.send('bench', job, { id: crypto.randomUUID() }),
  )
  await boss.stop({ graceful: false })
  await server.stop()
}

async function benchGraphile(): Promise<void> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const utils = await makeWorkerUtils({ pgPool: pool, logger: new Logger(() => () => {}) })
  await utils.migrate()
  await bench('graphile-worker', graphileQueue(utils, 'bench'), (job) =>
    utils.addJob('bench', job, { jobKey: job.key, jobKeyMode: 'preserve_run_at' }),
  )
  await utils.release()
  await pool.end()
  await server.stop()
}

async function bench(engine: string, queue: Queue, bareAdd: BareAdd): Promise<void> {
  const receive = createReceiver({ secret: SECRET, queue })
  // Prepared before the measurement.
  const deliveries = new Map<string, Delivery>()
  const jobs = new Map<string, QueueJob>()
  const candidates = [
    {
      name: "the engine's own add",
      async prepare(key: string) {
        const { body } = await signDelivery(sampleEvent('call.ended'), SECRET)
        const now = new Date().toISOString()
        jobs.set(key, { key: `call.ended:${key}`, type: 'call.ended', body, sentAt: now, receivedAt: now })
      },
      run: (key: string) => bareAdd(taken(jobs, key)),
    },
    {
      name: 'verify and add',
      async prepare(key: string) {
        const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
        deliveries.set(key, { method: 'POST', headers, body })
      },
      async run(key: string) {
        const { status } = await receive(taken(deliveries, key))
        if (status !== 204) throw new Error(`The receiver responded with ${status}.`)
      },
    },
  ]
  for (const inFlight of [1, 10]) {
    console.log(`\n${engine}, ${inFlight} in flight`)
    for (const { candidate, ...found } of await measure(candidates, 200, inFlight)) {
      const hasLimit = candidate.name === 'verify and add'
      const verdict = hasLimit ? ` ≥ ${LEAST_RATIO} ${verdictOf(found.ratio >= LEAST_RATIO)}` : ''
      const cells = [found.perSecond, found.median, found.p99].map(integer)
      printRow(candidate.name, ...cells, `${found.ratio.toFixed(2)}${verdict}`)
    }
  }
  const server = createServer(createNodeHandler({ secret: SECRET, queue }))
  const port = await listenOn(server)
  // The first requests warm up the program.
  await postAll(`http://127.0.0.1:${port}/`, SECRET, REQUESTS / 5, REQUESTS_IN_FLIGHT)
  const times = await postAll(`http://127.0.0.1:${port}/`, SECRET, REQUESTS, REQUESTS_IN_FLIGHT)
  server.close()
  const [p50, p99] = [percentile(times, 50), percentile(times, 99)].map((time) => time.toFixed(1))
  console.log(`  request to 204 over HTTP, ${REQUESTS_IN_FLIGHT} in flight: p50 ${p50} ms, p99 ${p99} ms`)
}

function taken<Value>(values: Map<string, Value>, key: string): Value {
  const value = values.get(key)
  if (value === undefined) throw new Error('It was not prepared.')
  values.delete(key)
  return value
}
