/** The type of a case for a queue. */

import type { Queue } from '../../receive/job.js'

/** A queue on its engine, with a look at what the engine holds. */
export interface QueueEngine {
  readonly queue: Queue
  /**
   * Every job that the engine holds or has given to a worker so far, as a worker gets it (`job.data` of BullMQ): a job, its JSON as text, or
   * its JSON as bytes. More jobs than those of a case may be there.
   */
  jobs(): PromiseLike<readonly unknown[]>
  /** True if a key that is added twice may become two jobs, as on engines that recognize no duplicates. Default `false`. */
  readonly hasDuplicates?: boolean | undefined
  /** The queue while its engine rejects jobs: its server is down, or there is no such queue. Without it, that isn't tested. */
  readonly rejecting?: Queue | undefined
}

/** A case to run on a queue. */
export interface QueueCase {
  /** The rule for the queue, as a sentence. */
  readonly name: string
  /** Rejects, with an `Error` that says what was expected, if the queue breaks the rule. */
  run(engine: QueueEngine): Promise<void>
}
