/** Hints for a delivery that got no 2xx response. */

import { RESERIALIZED } from '../testing/reserialization.js'
import { hintForCode, hintForStatus } from '../testing/response-hints.js'
import type { PostResult } from './transport.js'

/** A failed delivery in a few words, and what to do. */
export interface Explanation {
  readonly what: string
  readonly hint: string
}

/** Explains why a delivery got no 2xx. The result can contain strings from the receiver: make them {@link printable}. */
export function explain(result: PostResult): Explanation {
  if (result.kind === 'no response') return { what: 'no response', hint: result.reason }
  const { error, location, isReserialized } = result
  if (isReserialized) return { what: error ?? '', hint: RESERIALIZED }
  if (location !== undefined) return { what: `redirect to ${location}`, hint: hintForStatus(result) }
  return { what: error ?? '', hint: hintForCode(error) ?? hintForStatus(result) }
}
