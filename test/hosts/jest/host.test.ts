/** Jest 30 in its environments `node` and `jsdom`, with `require` and `import`. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

// jsdom has no `Request`, so four tests skip themselves there.
describe('Jest', () => testRunner('jest', { 'npm test': /Tests: +4 skipped, 64 passed, 68 total/ }))
