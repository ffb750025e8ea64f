#!/usr/bin/env node
/** The executable: passes the surroundings of the process to the command line. */

import { runCli } from './run.js'
import { processSurroundings } from './surroundings.js'

process.exitCode = await runCli(process.argv.slice(2), processSurroundings())
