/** Cases for retries, and for events that only look like retries. */

import { distinctCases } from './distinct-cases.js'
import { duplicateCases } from './duplicate-cases.js'
import type { EndpointCase } from './endpoint-case.js'

export const repeatCases: readonly EndpointCase[] = [...duplicateCases, ...distinctCases]
