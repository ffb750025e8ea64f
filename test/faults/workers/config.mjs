/** What the test tells its workers. */

/** @type {import('../worker-pool.js').WorkerConfig} */
export const config = JSON.parse(process.env['WORKER_CONFIG'] ?? '{}')
