/** Keeps four workers running, behind one port if they listen, by replacing each one that exits. */

import cluster from 'node:cluster'
import { join } from 'node:path'
import { report } from './report.mjs'

const WORKERS = 4

const program = process.env['WORKER_PROGRAM']
// With `SCHED_RR`, the primary accepts the connections and passes them on. A connection waits if there is no worker yet. But if a
// worker is killed while it gets a connection, nobody responds to that connection. So the receivers of `test/queues`, whose
// response times are tested, accept connections themselves.
cluster.schedulingPolicy = program === undefined ? cluster.SCHED_RR : cluster.SCHED_NONE
cluster.setupPrimary({ exec: program ?? join(import.meta.dirname, 'worker.mjs') })

cluster.on('listening', (worker) => report({ type: 'listening', pid: Number(worker.process.pid) }))
cluster.on('exit', (worker, code) => {
  report({ type: 'died', pid: Number(worker.process.pid), code })
  cluster.fork()
})
for (let i = 0; i < WORKERS; i++) cluster.fork()

// However the test ends, no process outlives it, not even a worker that is paused.
process.stdin.resume().on('end', () => {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
  process.exit()
})
