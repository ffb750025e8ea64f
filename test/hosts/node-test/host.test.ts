/** `node:test`, with its mock timers. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

describe('node:test', () => testRunner('node-test', { 'npm test': /pass 11\n.* fail 0/ }))
