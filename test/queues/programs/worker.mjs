/** One of several workers: processes jobs, and reports what happens. */

import { createJobHandler } from 'truedy-webhooks'
import { config } from '../../faults/workers/config.mjs'
import { callLedger } from '../../faults/workers/handlers.mjs'
import { report } from '../../faults/workers/report.mjs'
import { engineNamed } from './engines.mjs'

const { pid } = process
// `config` comes from the test. Its type is that of the programs in `test/faults`.
const { engine, url, storeUrl, settings, leaseMs } = /** @type {import('./engine.js').ProgramConfig} */ (
  /** @type {unknown} */ (config)
)
const store = storeUrl.startsWith('redis') ? 'redis' : 'postgres'
const { openStore } = await import(`../../faults/workers/stores/${store}.mjs`)
const opened = await openStore(storeUrl)
const program = await engineNamed[engine]()

const work = createJobHandler({
  store: opened.store,
  leaseMs,
  onEvent: callLedger,
  onOutcome(outcome) {
    if (outcome.status === 'rejected' || outcome.status === 'queued' || !outcome.event) return
    const { status, durationMs } = outcome
    const recorded = status === 'processed' && outcome.recorded
    report({ type: 'outcome', pid, id: String(outcome.event['id']), status, recorded, durationMs })
  },
})
const stop = await program.startWorker(url, work, settings)
report({ type: 'listening', pid })

process.on('SIGTERM', async () => {
  await stop()
  process.exit()
})
