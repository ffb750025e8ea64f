/** What an endpoint must do with events that it gets again, or that look as if it did. */

import { distinctCases } from './distinct-cases.js'
import { duplicateCases } from './duplicate-cases.js'
import type { EndpointCase } from './endpoint-case.js'

export const repeatCases: readonly EndpointCase[] = [...duplicateCases, ...distinctCases]
