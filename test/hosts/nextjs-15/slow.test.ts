/** Next.js 15, which uses webpack by default. */

import { describe } from 'vitest'
import { installNext, testNext } from '../nextjs.js'

describe('Next.js 15', () => {
  const installed = installNext('nextjs-15')
  describe('webpack', () => testNext(installed, { bundler: '', middleware: 'middleware.js' }))
  describe('Turbopack', () => testNext(installed, { bundler: '--turbopack', middleware: 'middleware.js' }))
})
