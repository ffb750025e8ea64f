#!/usr/bin/env node
/** The executable: hands the process's own surroundings to the command line, which knows only what it is given. */

import { runCli } from './run.js'
import { processSurroundings } from './surroundings.js'

process.exitCode = await runCli(process.argv.slice(2), processSurroundings())
