/** For runtimes that run a program and have `node:crypto`: prints what came out, as one JSON line. */

import { runAll, runCases } from '../cases/run-all.js'
import { syncCases } from '../cases/sync.js'

console.log(JSON.stringify({ ...(await runAll()), sync: await runCases(syncCases) }))
process.exit()
