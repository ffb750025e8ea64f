/** For runtimes that run a program: prints what came out, as one JSON line. */

import { runAll } from '../cases/run-all.js'

console.log(JSON.stringify(await runAll()))
process.exit()
