/** The queue engines, each on its real server. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Queue as BullQueue } from 'bullmq'
import type { Queue, QueueJob } from '../../src/index.js'
import { postgresSchema } from '../../src/stores/postgres.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import type { ServerProgram } from '../support/server-program.js'
import { startNatsEngine, startRabbitMqEngine } from './example-engines.js'
import type {
  AdapterEngineName,
  EngineName,
  EngineProgram,
  EngineSettings,
  ExampleEngineName,
} from './programs/engine.js'
import { QUEUE } from './programs/engines/bullmq.mjs'
import { TASK } from './programs/engines/graphile.mjs'
import { engineNamed } from './programs/engines.mjs'

const exec = promisify(execFile)

/** What a test needs from an engine in addition to what a program uses. */
export interface Administration {
  /** The keys of the jobs that it holds, in any state. */
  keys(): Promise<string[]>
  /** The number of waiting or running jobs. */
  pending(): Promise<number>
  /** The number of jobs that have failed permanently. */
  failed(): Promise<number>
  /** Removes completed jobs, as the engine does once they are old enough. */
  forgetDone(): Promise<void>
  /** Removes every job, as if none was on the disk or on the replica that takes over. */
  loseAll(): Promise<void>
  /** Makes each running job look as if it had started `seconds` earlier. */
  age(seconds: number): Promise<void>
  close(): Promise<void>
}

/** The server of an engine. */
export interface EngineServer extends Administration {
  readonly name: EngineName
  readonly url: string
  /** The Redis or PostgreSQL of the job handler's store. */
  readonly storeUrl: string
  /** A server that can be stopped and frozen. */
  readonly program: ServerProgram
  /** Kills it, so that everything that is not on the disk is lost. */
  readonly crashSignal: NodeJS.Signals
}

/** A running engine, with a client in this process. */
export interface Engine extends EngineServer {
  readonly queue: Queue
  /** Starts a worker. The returned function stops it after its current jobs. */
  work(handle: (job: QueueJob) => Promise<unknown>): Promise<() => Promise<void>>
}

export const engineNames: readonly AdapterEngineName[] = ['BullMQ', 'pg-boss', 'graphile-worker']
export const exampleEngineNames: readonly ExampleEngineName[] = ['NATS JetStream', 'RabbitMQ']

/** Starts an engine's server with everything that the engine keeps there. */
export async function startServer(name: EngineName): Promise<EngineServer> {
  const start = {
    BullMQ: startBullmq,
    'pg-boss': startPgBoss,
    'graphile-worker': startGraphile,
    'NATS JetStream': startNatsEngine,
    RabbitMQ: startRabbitMqEngine,
  }
  const server = await start[name]()
  // Creates the tables.
  const program = await engineNamed[name]()
  await (await program.openQueue(server.url, {})).close()
  return server
}

/** Starts an engine with a client in this process. */
export async function startEngine(name: EngineName, settings: EngineSettings): Promise<Engine> {
  const server = await startServer(name)
  const program: EngineProgram = await engineNamed[name]()
  const { queue, close } = await program.openQueue(server.url, settings)
  return {
    ...server,
    queue,
    work: (handle) => program.startWorker(server.url, handle, settings),
    async close() {
      await close()
      await server.close()
    },
  }
}

async function startBullmq(): Promise<EngineServer> {
  // Redis writes every job to the disk before it responds.
  const program = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const administration = administerBullmq(program.port)
  return { name: 'BullMQ', program, crashSignal: 'SIGKILL', storeUrl: administration.url, ...administration }
}

/** For any Redis, even one without a disk. */
export function administerBullmq(port: number): Administration & { readonly url: string } {
  const queue = new BullQueue<QueueJob>(QUEUE, { connection: { host: '127.0.0.1', port } })
  queue.on('error', () => {})
  const unfinished = ['waiting', 'active', 'delayed', 'prioritized'] as const
  return {
    url: `redis://127.0.0.1:${port}`,
    async keys() {
      const jobs = await queue.getJobs([...unfinished, 'completed', 'failed'], 0, -1)
      return jobs.map(({ data }) => data.key)
    },
    pending: () => queue.getJobCountByTypes(...unfinished),
    failed: () => queue.getJobCountByTypes('failed'),
    async forgetDone() {
      await queue.clean(0, 0, 'completed')
    },
    loseAll: () => queue.obliterate({ force: true }),
    // Locks are keys that expire. Without its lock, a job looks like that of a worker that crashed long ago.
    async age() {
      const locks = (await queue.getJobs('active')).map(({ id }) => `bull:${QUEUE}:${id}:lock`)
      if (locks.length > 0) await exec('redis-cli', ['-p', String(port), 'del', ...locks])
    },
    close: () => queue.close(),
  }
}

/** Enough connections for four receivers and four workers with their pools, and for those that were just killed. */
const MANY_CONNECTIONS = 'max_connections=300'

/** This includes the table of the job handler's store. */
async function startDatabase(): Promise<PostgresServer> {
  const program = await startPostgres(MANY_CONNECTIONS)
  await program.run(postgresSchema())
  return program
}

async function startPgBoss(): Promise<EngineServer> {
  const program = await startDatabase()
  return {
    ...onPostgres('pg-boss', program),
    ...administerPostgres(program, {
      keys: "SELECT data ->> 'key' FROM pgboss.job",
      pending: "SELECT count(*) FROM pgboss.job WHERE state IN ('created', 'retry', 'active')",
      failed: "SELECT count(*) FROM pgboss.job WHERE state = 'failed'",
      forgetDone: "DELETE FROM pgboss.job WHERE state = 'completed'",
      loseAll: 'DELETE FROM pgboss.job',
      age: (seconds) => `UPDATE pgboss.job SET started_on = started_on - interval '${seconds} s'`,
    }),
  }
}

async function startGraphile(): Promise<EngineServer> {
  const program = await startDatabase()
  const jobs = 'graphile_worker._private_jobs'
  return {
    ...onPostgres('graphile-worker', program),
    ...administerPostgres(program, {
      keys: `SELECT payload ->> 'key' FROM ${jobs} j JOIN graphile_worker._private_tasks t ON t.id = task_id WHERE identifier = '${TASK}'`,
      pending: `SELECT count(*) FROM ${jobs} WHERE attempts < max_attempts OR locked_at IS NOT NULL`,
      // Excludes jobs that a retry by Truedy replaced while they ran: they lost their key to a new job.
      failed: `SELECT count(*) FROM ${jobs} WHERE attempts >= max_attempts AND locked_at IS NULL AND key IS NOT NULL`,
      // It removes a job as soon as the job is completed.
      forgetDone: 'SELECT 1',
      loseAll: `DELETE FROM ${jobs}`,
      age: (seconds) => `UPDATE ${jobs} SET locked_at = locked_at - interval '${seconds} s'`,
    }),
  }
}

function onPostgres(
  name: EngineName,
  program: PostgresServer,
): Pick<EngineServer, 'name' | 'url' | 'storeUrl' | 'program' | 'crashSignal'> {
  // An immediate shutdown: no checkpoint, recovery at the next start, as after a crash.
  return { name, url: program.url, storeUrl: program.url, program, crashSignal: 'SIGQUIT' }
}

/** {@link Administration} by SQL statements. */
function administerPostgres(
  { run }: PostgresServer,
  sql: Readonly<Record<'keys' | 'pending' | 'failed' | 'forgetDone' | 'loseAll', string>> & {
    age(seconds: number): string
  },
): Administration {
  const count = async (statement: string) => Number(await run(statement))
  return {
    keys: async () => (await run(sql.keys)).split('\n').filter((line) => line !== ''),
    pending: () => count(sql.pending),
    failed: () => count(sql.failed),
    forgetDone: async () => void (await run(sql.forgetDone)),
    loseAll: async () => void (await run(sql.loseAll)),
    age: async (seconds) => void (await run(sql.age(seconds))),
    close: async () => {},
  }
}
