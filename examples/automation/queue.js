/** Chooses the queue: BullMQ if REDIS_URL is set, otherwise pg-boss in the database. Keep the one that you want. */

export const { openQueue, startWorker } = await import(
  process.env.REDIS_URL ? './queue-bullmq.js' : './queue-pg-boss.js'
)
