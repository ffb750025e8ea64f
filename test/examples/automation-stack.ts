/** Everything that runs for a test of `examples/automation`: its two programs and the servers that they need. */

import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ProcessedLine } from '../support/driver.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import { answers, freePort } from '../support/server.js'
import type { ServerProgram } from '../support/server-program.js'
import { type BackgroundProgram, startBackgroundProgram } from './background-program.js'
import { type HttpSink, type SmtpSink, startHttpSink, startSmtpSink } from './sinks.js'

const exec = promisify(execFile)

export const SECRET = 'whsec_automation'

/** The two queues, each on its own server beside the database. */
export type QueueName = 'BullMQ' | 'pg-boss'

export interface QueueServer extends Pick<ServerProgram, 'halt' | 'resume' | 'stop'> {
  /** The environment variables of the programs. */
  readonly env: Readonly<Record<string, string>>
  /** The signal that makes it crash. */
  readonly crashSignal: NodeJS.Signals
  /**
   * Makes jobs look as if they had been completed some hours ago. Those that are too old are removed with the next
   * job.
   */
  age(hours: number): Promise<void>
  /** Removes every job. */
  forget(): Promise<void>
  /** Makes the time pass after which a crashed worker's jobs are given to another worker. */
  expire(): Promise<void>
  /** The number of completed jobs. */
  completed(): Promise<number>
}

export interface Stack {
  /** Where the receiver takes webhooks. This stays the same when the receiver restarts. */
  readonly url: string
  readonly postgres: PostgresServer
  readonly queue: QueueServer
  readonly smtp: SmtpSink
  readonly http: HttpSink
  readonly receiver: () => BackgroundProgram
  readonly worker: () => BackgroundProgram
  startReceiver(): Promise<void>
  startWorker(): Promise<BackgroundProgram>
  /** The lines of everything that all workers have processed so far. */
  processedLines(): ProcessedLine[]
  /**
   * Makes the time pass after which a crashed worker no longer holds its jobs, neither in the queue nor in the store.
   */
  expireLeases(): Promise<void>
  /** The rows in the CRM for each call. */
  activities(): Promise<ReadonlyMap<string, number>>
  stop(): Promise<void>
}

/** Starts the servers. The test starts the programs. */
export async function startStack(name: QueueName, directory: string): Promise<Stack> {
  // With this setting, the server notices at once that a client was killed during a statement.
  const postgres = await startPostgres('client_connection_check_interval=100ms')
  const queue = name === 'BullMQ' ? await redisQueue() : postgresQueue(postgres)
  const smtp = await startSmtpSink()
  const http = await startHttpSink()
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const receivers: BackgroundProgram[] = []
  const workers: BackgroundProgram[] = []

  const workerEnv = {
    ...queue.env,
    DATABASE_URL: postgres.url,
    SMTP_URL: smtp.url,
    MAIL_FROM: 'calls@example.com',
    MAIL_TO: 'sales@example.com',
    ALERT_URL: `${http.origin}/alert`,
    WORKFLOW_URL: `${http.origin}/workflow`,
  }
  const receiverEnv = { ...queue.env, PORT: String(port), TRUEDY_WEBHOOK_SECRET: SECRET }

  return {
    url: `${origin}/webhooks/truedy`,
    postgres,
    queue,
    smtp,
    http,
    receiver: () => latest(receivers),
    worker: () => latest(workers),
    async startReceiver() {
      const receiver = await startBackgroundProgram(directory, 'receiver.js', receiverEnv)
      receivers.push(receiver)
      while (!(await answers(origin))) {
        if (!receiver.isRunning()) throw new Error(`The receiver has ended.\n${receiver.errorOutput()}`)
        await delay(20)
      }
    },
    async startWorker() {
      const worker = await startBackgroundProgram(directory, 'worker.js', workerEnv, 'The worker is ready.')
      workers.push(worker)
      return worker
    },
    processedLines: () => workers.flatMap((worker) => worker.reports<ProcessedLine>()),
    async expireLeases() {
      await queue.expire()
      await postgres.run('UPDATE truedy_webhooks SET expires_at = now() WHERE owner IS NOT NULL')
    },
    async activities() {
      const rows = await postgres.run('SELECT call_id, count(*) FROM crm_activities GROUP BY call_id')
      const cells = rows.split('\n').map((row) => row.split('|'))
      return new Map(cells.map(([callId = '', count]) => [callId, Number(count)]))
    },
    async stop() {
      for (const program of [...receivers, ...workers]) await program.end('SIGKILL')
      await http.stop()
      await smtp.stop()
      if (name === 'BullMQ') await queue.stop()
      await postgres.stop()
    },
  }
}

/** Where BullMQ keeps completed jobs, with the time of completion in milliseconds. */
const COMPLETED = 'bull:truedy-events:completed'
const SET_TIMES = `
  for _, id in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do redis.call('zadd', KEYS[1], ARGV[1], id) end`

/** A lock is a key with a time to live. */
const DELETE_LOCKS = `
  for _, key in ipairs(redis.call('keys', 'bull:truedy-events:*:lock')) do redis.call('del', key) end`

async function redisQueue(): Promise<QueueServer> {
  const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const redis = async (...command: string[]) => {
    const { stdout } = await exec('redis-cli', ['-p', String(server.port), ...command])
    return stdout.trim()
  }
  return {
    ...server,
    env: { REDIS_URL: `redis://127.0.0.1:${server.port}` },
    crashSignal: 'SIGKILL',
    async age(hours) {
      const time = Date.now() - hours * 3_600_000
      await redis('eval', SET_TIMES, '1', COMPLETED, String(time))
    },
    async forget() {
      await redis('flushall')
    },
    async expire() {
      await redis('eval', DELETE_LOCKS, '0')
      // Workers look for jobs without a lock one after another, by a key that expires like a lock.
      await redis('del', 'bull:truedy-events:stalled-check')
    },
    completed: async () => Number(await redis('zcard', COMPLETED)),
  }
}

/** The queue is in the database. */
function postgresQueue(postgres: PostgresServer): QueueServer {
  return {
    ...postgres,
    env: { DATABASE_URL: postgres.url },
    // An immediate shutdown: no checkpoint, recovery at the next start, as after a crash.
    crashSignal: 'SIGQUIT',
    async age(hours) {
      await postgres.run(`UPDATE pgboss.job SET completed_on = now() - interval '${hours} hours'`)
      // When this has changed, the archiving of old jobs has run.
      const maintained = () => postgres.run('SELECT maintained_on FROM pgboss.version')
      const before = await maintained()
      while ((await maintained()) === before) await delay(500)
      await delay(500)
    },
    async forget() {
      await postgres.run('DELETE FROM pgboss.job')
    },
    async expire() {
      await postgres.run("UPDATE pgboss.job SET started_on = now() - expire_in WHERE state = 'active'")
    },
    completed: async () =>
      Number(await postgres.run("SELECT count(*) FROM pgboss.job WHERE state = 'completed'")),
  }
}

function latest(programs: readonly BackgroundProgram[]): BackgroundProgram {
  const program = programs.at(-1)
  if (!program) throw new Error('It was not started.')
  return program
}
