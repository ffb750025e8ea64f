/** Which queue: BullMQ where there is a REDIS_URL, else pg-boss in the database. */

const { REDIS_URL, DATABASE_URL } = process.env

// Only one of them is loaded. Keep the one that you want, and import from it.
const queue = await import(REDIS_URL ? './queue-bullmq.js' : './queue-pg-boss.js')
const url = REDIS_URL ?? DATABASE_URL

/** For the receiver: `add(key, event)` resolves when the job is durable, and changes nothing where the key is known. */
export const openProducer = () => queue.openProducer(url)

/** For the worker: calls `handle({ key, event })` for each job, and again, later, when that rejects or the worker dies. */
export const startConsumer = (handle) => queue.startConsumer(url, handle)
