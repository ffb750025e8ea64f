/** Next.js 16 as in a new project, with Turbopack and a proxy. */

import { describe } from 'vitest'
import { installNext, testNext } from '../nextjs.js'

describe('Next.js 16', () => testNext(installNext('nextjs-16'), { bundler: '', middleware: 'proxy.js' }))
