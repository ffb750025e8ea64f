/** For a browser and the Edge runtime, which run a script: leaves a promise of what came out. */

import { runAll } from '../cases/run-all.js'

globalThis.outcome = runAll()
