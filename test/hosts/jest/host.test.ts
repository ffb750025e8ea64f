/** Jest 30, in its environments `node` and `jsdom`, with `require` and `import`. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

// jsdom has no `Request`: two tests skip themselves there.
describe('Jest', () => testRunner('jest', { 'npm test': /Tests: +2 skipped, 50 passed, 52 total/ }))
