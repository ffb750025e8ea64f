/** The exports of each program in `engines/`, and the configuration of a test's processes. */

import type { Queue, QueueJob } from 'truedy-webhooks'

/** The settings of an engine. An absent one means the engine's default. */
export interface EngineSettings {
  /** How often a job is attempted. */
  readonly attempts?: number
  /** How long an engine keeps completed jobs, if that can be configured. */
  readonly keepDoneSeconds?: number
  /** The time after which a crashed worker's job is given to another worker. */
  readonly redeliverySeconds?: number
}

export interface EngineProgram {
  /** The receiver's side. */
  openQueue(url: string, settings: EngineSettings): Promise<{ queue: Queue; close(): Promise<void> }>
  /** The worker's side. The returned function stops it after its current jobs. */
  startWorker(
    url: string,
    work: (job: QueueJob) => Promise<unknown>,
    settings: EngineSettings,
  ): Promise<() => Promise<void>>
}

/** The engines with an adapter, as in tables. */
export type AdapterEngineName = 'BullMQ' | 'pg-boss' | 'graphile-worker'
/** The engines with an example, whose own settings apply. */
export type ExampleEngineName = 'NATS JetStream' | 'RabbitMQ'
export type EngineName = AdapterEngineName | ExampleEngineName

/** The configuration that the test passes to its processes. */
export interface ProgramConfig {
  readonly engine: EngineName
  readonly url: string
  /** The Redis or PostgreSQL of the job handler's store. */
  readonly storeUrl: string
  readonly settings: EngineSettings
  readonly secret: string
  readonly leaseMs: number
  readonly ledgerUrl: string
  /** Where receivers listen. */
  readonly port: number
}
