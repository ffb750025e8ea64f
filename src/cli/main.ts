#!/usr/bin/env node
/** The executable: hands the surroundings of the process to the command line, which knows nothing else of it. */

import { runCli } from './run.js'
import { processSurroundings } from './surroundings.js'

process.exitCode = await runCli(process.argv.slice(2), processSurroundings())
