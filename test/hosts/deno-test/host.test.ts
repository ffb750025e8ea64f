/** `deno test`, which fails if a test leaves a timer running. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

// Deno requires `@types/node` for every program with a `node_modules` in which one module imports a package with types
// and another one imports `node:http` or a similar module.
describe('deno test', () => testRunner('deno-test', { 'npm test': /8 passed.* 0 failed/ }))
