/** `truedy-webhooks/queues`: hands deliveries to the queue engine that a program already runs. */

export type { Queue, QueueJob } from '../receive/job.js'
export { bullmqQueue } from './bullmq.js'
export { cloudflareQueue } from './cloudflare.js'
export { graphileQueue } from './graphile.js'
export { pgBossQueue } from './pg-boss.js'
