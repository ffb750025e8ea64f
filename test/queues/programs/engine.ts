/** What each program in `engines/` exports, and what the processes of a test are told. */

import type { Queue, QueueJob } from 'truedy-webhooks'

/** Settings of an engine. What is absent is the engine's own default. */
export interface EngineSettings {
  /** How often a job is tried. */
  readonly attempts?: number
  /** How long an engine keeps jobs that are done, where it can be told. */
  readonly keepDoneSeconds?: number
  /** After how long a job of a worker that crashed is given to another. */
  readonly redeliverySeconds?: number
}

export interface EngineProgram {
  /** The receiver's side. */
  openQueue(url: string, settings: EngineSettings): Promise<{ queue: Queue; close(): Promise<void> }>
  /** The worker's side; the function that it gives ends it when its jobs at hand are done. */
  startWorker(
    url: string,
    work: (job: QueueJob) => Promise<unknown>,
    settings: EngineSettings,
  ): Promise<() => Promise<void>>
}

/** The names of the engines, as in tables. */
export type EngineName = 'BullMQ' | 'pg-boss' | 'graphile-worker'

/** What the processes of a test are told. */
export interface ProgramConfig {
  readonly engine: EngineName
  readonly url: string
  readonly settings: EngineSettings
  readonly secret: string
  readonly leaseMs: number
  readonly ledgerUrl: string
  /** Where receivers listen. */
  readonly port: number
}
