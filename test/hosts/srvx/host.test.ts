/** srvx on Node: the server under h3 2 and Nitro. */

import { describe } from 'vitest'
import { testHost } from '../endpoint.js'

describe('srvx', () => testHost('srvx'))
