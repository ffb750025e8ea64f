/** Vitest 5, 4 and 3 on Node 22, in each environment, and with a separate context for each file. */

import { describe } from 'vitest'
import { testRunner } from '../runner.js'

const ALL = /Tests +13 passed \(13\)/
/** Without the tests of the Node handler, because Vercel's Edge has no `node:http`. */
const ON_EDGE = /Tests +11 passed \(11\)/

describe.each(['5.1.2', '4.1.12', '3.2.7'])('Vitest %s', (version) => {
  testRunner(
    'vitest',
    {
      'npm test': ALL,
      'npm test -- --environment jsdom': ALL,
      'npm test -- --environment jsdom --pool vmThreads': ALL,
      'npm test -- --environment happy-dom': ALL,
      'npm run test:edge': ON_EDGE,
    },
    { build: `npm install --no-save --no-audit --no-fund vitest@${version}` },
  )
})
