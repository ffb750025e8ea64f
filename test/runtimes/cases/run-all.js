/** Runs all cases in this runtime. */

import { verifySignature } from 'truedy-webhooks'
import { signDelivery } from 'truedy-webhooks/testing'
import { cases } from './index.js'

/** @returns {Promise<{ hmac: string, results: { name: string, error: string | null }[] }>} */
export async function runAll() {
  return { results: await runCases(cases), hmac: await hmacPath() }
}

/**
 * One after the other, so that none disturbs another's clock.
 *
 * @returns {Promise<{ name: string, error: string | null }[]>}
 */
export async function runCases(cases) {
  const results = []
  for (const { name, run } of cases) {
    const error = await Promise.resolve()
      .then(run)
      .then(
        () => null,
        (reason) => String(reason?.message ?? reason),
      )
    results.push({ name, error })
  }
  return results
}

/** Which of its two ways the package goes here: seen by whether it asks WebCrypto. */
async function hmacPath() {
  const { body, headers } = await signDelivery({ event: 'x', timestamp: 1, data: {} }, 'whsec_path')
  const { verify } = SubtleCrypto.prototype
  let asked = 0
  SubtleCrypto.prototype.verify = function (...args) {
    asked += 1
    return verify.apply(this, args)
  }
  try {
    const { ok } = await verifySignature(body, headers, 'whsec_path')
    if (!ok) throw new Error('The delivery was rejected.')
  } finally {
    SubtleCrypto.prototype.verify = verify
  }
  return asked > 0 ? 'WebCrypto' : 'node:crypto'
}
