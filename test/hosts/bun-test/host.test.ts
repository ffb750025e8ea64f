/** `bun test`, with its fake timers and its system time. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

describe('bun test', () => testRunner('bun-test', { 'npm test': /12 pass\n +0 fail/ }))
