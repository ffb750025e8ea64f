import { describe } from 'vitest'
import { describeAutomation } from './automation.js'

describe('examples/automation on BullMQ', () => describeAutomation('BullMQ'))
