import { describe } from 'vitest'
import { describeAutomation } from './automation.js'

describe('examples/automation on pg-boss', () => describeAutomation('pg-boss'))
