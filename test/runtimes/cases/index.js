/** What the package must do, as plain cases: the same on every runtime. */

import { diagnosingCases } from './diagnosing.js'
import { handlingCases } from './handling.js'
import { vectorCases } from './vectors.js'
import { verifyingCases } from './verifying.js'

/** @type {{ name: string, run(): unknown }[]} */
export const cases = [...vectorCases, ...verifyingCases, ...handlingCases, ...diagnosingCases]
