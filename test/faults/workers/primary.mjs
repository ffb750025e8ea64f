/** Keeps four workers, behind one port if they listen: a new one for each that dies. */

import cluster from 'node:cluster'
import { join } from 'node:path'
import { report } from './report.mjs'

const WORKERS = 4

// The primary takes the connections, and hands them out: one that has no worker yet waits for the next.
cluster.schedulingPolicy = cluster.SCHED_RR
cluster.setupPrimary({ exec: process.env['WORKER_PROGRAM'] ?? join(import.meta.dirname, 'worker.mjs') })

cluster.on('listening', (worker) => report({ type: 'listening', pid: Number(worker.process.pid) }))
cluster.on('exit', (worker, code) => {
  report({ type: 'died', pid: Number(worker.process.pid), code })
  cluster.fork()
})
for (let i = 0; i < WORKERS; i++) cluster.fork()

// The end of the test, in whatever way: nothing outlives it, not even a worker that is stopped.
process.stdin.resume().on('end', () => {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
  process.exit()
})
