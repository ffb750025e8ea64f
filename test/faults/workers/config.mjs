/** The configuration that the test passes to its workers. */

/** @type {import('../worker-pool.js').WorkerConfig} */
export const config = JSON.parse(process.env['WORKER_CONFIG'] ?? '{}')
