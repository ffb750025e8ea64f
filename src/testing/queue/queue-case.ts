/** The type of a case for a queue. */

import type { Queue } from '../../receive/job.js'

/** A queue on its engine, and a way to see what the engine holds. */
export interface QueueEngine {
  readonly queue: Queue
  /**
   * Returns every job that the engine holds or has given to a worker so far, as a worker gets it (`job.data` of BullMQ): a job,
   * or its JSON as a string or bytes. Other jobs may be among them.
   */
  jobs(): PromiseLike<readonly unknown[]>
  /** True if the engine recognizes no duplicates, so that a key that is added twice may become two jobs. Default `false`. */
  readonly hasDuplicates?: boolean | undefined
  /** A queue whose engine rejects jobs, because its server is down or the queue doesn't exist. Without it, that isn't tested. */
  readonly rejecting?: Queue | undefined
}

/** A case to run on a queue. */
export interface QueueCase {
  /** The rule for the queue, as a sentence. */
  readonly name: string
  /** Rejects if the queue breaks the rule. The `Error` says what was expected. */
  run(engine: QueueEngine): Promise<void>
}
