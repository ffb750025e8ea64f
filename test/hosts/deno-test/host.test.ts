/** `deno test`, which fails when a test leaves a timer running. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

// `@types/node` is there because Deno asks for it: it does so of every program with a `node_modules` in which a module imports
// a package with types, and another one `node:http` or the like.
describe('deno test', () => testRunner('deno-test', { 'npm test': /8 passed.* 0 failed/ }))
