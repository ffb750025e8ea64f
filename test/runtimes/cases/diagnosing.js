/** Why a signature does not match. */

import { diagnose, sortedJson } from 'truedy-webhooks/diagnose'
import { signDelivery } from 'truedy-webhooks/testing'
import { codeOf, equal } from './assert.js'

const SECRET = 'whsec_0123456789abcdef'
const BODY = '{"b":"Grüße – 👩‍🚀","a":[1.0,{}]}'
const bytes = (text) => new TextEncoder().encode(text)

/** What arrives where BODY was signed with SECRET, and why it does not match. */
const DELIVERIES = [
  { causes: ['valid'], body: BODY, secret: SECRET },
  { causes: ['secret_whitespace'], body: BODY, secret: `${SECRET}\n` },
  { causes: ['secret_prefix_missing'], body: BODY, secret: SECRET.slice(6) },
  { causes: ['body_newline_added'], body: `${BODY}\n`, secret: SECRET },
  { causes: ['body_bom'], body: `\ufeff${BODY}`, secret: SECRET },
  { causes: ['body_base64'], body: btoa(String.fromCharCode(...bytes(BODY))), secret: SECRET },
  { causes: ['body_charset'], body: String.fromCharCode(...bytes(BODY)), secret: SECRET },
  {
    causes: ['body_reserialized'],
    body: '{ "b": "Grüße – \\ud83d\\udc69‍🚀", "a": [1.0, {}] }',
    secret: SECRET,
  },
  { causes: ['secret_quoted', 'body_newline_added'], body: `${BODY}\r\n`, secret: `"${SECRET}"` },
  { causes: ['body_empty'], body: '', secret: SECRET },
  { causes: ['unknown'], body: BODY, secret: 'whsec_other' },
]

export const diagnosingCases = [
  ...DELIVERIES.map(({ causes, body, secret }) => ({
    name: `diagnoses ${causes.join(' with ')}`,
    async run() {
      const { headers } = await signDelivery(BODY, SECRET)
      for (const each of [body, bytes(body)]) {
        const diagnosis = await diagnose(each, headers, secret)
        equal(diagnosis.causes, causes, 'causes')
        equal(diagnosis.ok, causes[0] === 'valid', 'ok')
      }
    },
  })),
  {
    name: 'diagnoses body_compressed, with a body that the runtime compresses if it can',
    async run() {
      const { headers } = await signDelivery(BODY, SECRET)
      const canCompress = typeof CompressionStream === 'function'
      const gzipped = canCompress
        ? await new Response(
            new Blob([BODY]).stream().pipeThrough(new CompressionStream('gzip')),
          ).arrayBuffer()
        : Uint8Array.of(0x1f, 0x8b, 8, 0)
      equal((await diagnose(gzipped, headers, SECRET)).causes, ['body_compressed'], 'causes')
    },
  },
  {
    name: 'writes the sorted form of the early sender',
    async run() {
      const sorted = '{"a": [1.0, {}], "b": "Gr\\u00fc\\u00dfe \\u2013 \\ud83d\\udc69\\u200d\\ud83d\\ude80"}'
      equal(sortedJson(BODY), sorted, 'sorted form')
      const { headers } = await signDelivery(sorted, SECRET)
      equal((await diagnose(BODY, headers, SECRET)).causes, ['sender_sorted_json'], 'causes')
      equal(await codeOf(() => sortedJson('[NaN]')), 'invalid_json', 'code')
    },
  },
]
