/** The vectors that openssl and Python made, and their neighbours that must not pass. */

import { verifySignature } from 'truedy-webhooks'
import openssl from '../../vectors/openssl.json' with { type: 'json' }
import python from '../../vectors/python.json' with { type: 'json' }
import { equal } from './assert.js'

function bodyOf({ body }) {
  if ('base64' in body) return Uint8Array.from(atob(body.base64), (character) => character.charCodeAt(0))
  return new TextEncoder().encode(body.repeat.repeat(body.times))
}

/** The clock at the moment of sending. */
function clockOf({ timestamp }) {
  if (/^\d+$/.test(timestamp)) return Number(timestamp) * 1000
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`)
}

function casesOf(tool, vectors, verify) {
  return vectors.map((vector) => ({
    name: `vector of ${tool}: ${vector.name}`,
    async run() {
      const { timestamp, signature, secret } = vector
      const headers = { 'X-Truedy-Timestamp': timestamp, 'X-Truedy-Signature': signature }
      const options = { now: () => clockOf(vector) }
      const body = bodyOf(vector)
      equal((await verify(body, headers, secret, options)).ok, true, 'the body as signed')
      const longer = new Uint8Array(body.length + 1)
      longer.set(body)
      equal((await verify(longer, headers, secret, options)).code, 'signature_mismatch', 'one byte more')
    },
  }))
}

/**
 * @param {(...args: Parameters<typeof verifySignature>) => unknown} verify
 */
export function casesOfVectors(verify) {
  return [...casesOf('openssl', openssl, verify), ...casesOf('Python', python, verify)]
}

export const vectorCases = casesOfVectors(verifySignature)
