/** The synchronous twins on the same vectors: for runtimes that have `node:crypto`, with and without one-shot hashing. */

import { verifySignatureSync } from 'truedy-webhooks/node'
import { casesOfVectors } from './vectors.js'

export const syncCases = casesOfVectors(verifySignatureSync)
