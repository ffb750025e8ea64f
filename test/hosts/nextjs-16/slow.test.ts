/** Next.js 16 with webpack, and with its deprecated middleware on the Edge runtime. */

import { describe } from 'vitest'
import { installNext, testNext } from '../nextjs.js'

describe('Next.js 16', () => {
  const installed = installNext('nextjs-16')
  describe('Turbopack, middleware', () => testNext(installed, { bundler: '', middleware: 'middleware.js' }))
  describe('webpack, proxy', () => testNext(installed, { bundler: '--webpack', middleware: 'proxy.js' }))
  describe('webpack, middleware', () =>
    testNext(installed, { bundler: '--webpack', middleware: 'middleware.js' }))
})
