/** The responses that a webhook endpoint must give (src/CONTRACT.md §6), as cases that send real requests. */

import { acceptedCases } from './accepted-cases.js'
import type { EndpointCase } from './endpoint-case.js'
import { invalidCases } from './invalid-cases.js'
import { repeatCases } from './repeat-cases.js'
import { unauthorizedCases } from './unauthorized-cases.js'

/** The cases, in the order in which they are worth reading. */
export const endpointCases: readonly EndpointCase[] = [
  ...acceptedCases,
  ...repeatCases,
  ...unauthorizedCases,
  ...invalidCases,
]
