/**
 * Everything that is measured. Each candidate starts with the same Buffer and its headers, and ends with a parsed
 * object.
 */

import crypto, { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { verify as verifyOctokit } from '@octokit/webhooks-methods'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import { verifyAndParse } from '../../dist/index.js'
import { verifyAndParseSync } from '../../dist/node.js'
import { makeDelivery, SECRET, SIZES, STANDARD_SECRET, VARIANTS } from './deliveries.mjs'
import { importOnWebCrypto } from './webcrypto.mjs'

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {boolean} isAsync whether each result is awaited
 * @property {(delivery: import('./deliveries.mjs').Delivery) => any} run gives the event, or throws
 * @property {Candidate} [floor] what its ratio is taken of; a floor has none
 */

/** The same HMAC, an unsafe comparison and JSON.parse: the least that any honest receiver does. */
export const floor = {
  name: 'floor',
  isAsync: false,
  run({ body, timestamp, signature }) {
    const expected = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')
    if (expected !== signature) throw new Error('The signature does not match.')
    return JSON.parse(body)
  },
}

export const ours = {
  sync: returning('verifyAndParseSync', ({ body, headers }) =>
    verifyAndParseSync(body, headers.truedy, SECRET),
  ),
  async: promising('verifyAndParse', ({ body, headers }) => verifyAndParse(body, headers.truedy, SECRET)),
}

const web = await importOnWebCrypto(async (library) => {
  const { body, headers } = await makeDelivery(SIZES[0].bytes, VARIANTS.ascii)
  await library.verifyAndParse(body, headers.truedy, SECRET)
})

const encoder = new TextEncoder()
const cachedKey = await globalThis.crypto.subtle.importKey(
  'raw',
  encoder.encode(SECRET),
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['verify'],
)

/** The least that WebCrypto needs: one message and one `verify`. Even the signature is given as bytes. */
export const webFloor = {
  name: 'await floor on WebCrypto',
  isAsync: true,
  async run({ body, timestamp, signatureBytes }) {
    const prefix = `${timestamp}.`
    const message = new Uint8Array(prefix.length + body.length)
    encoder.encodeInto(prefix, message)
    message.set(body, prefix.length)
    const isGenuine = await globalThis.crypto.subtle.verify('HMAC', cachedKey, signatureBytes, message)
    if (!isGenuine) throw new Error('The signature does not match.')
    return JSON.parse(body)
  },
}

export const webOurs = promising(
  'verifyAndParse on WebCrypto',
  ({ body, headers }) => web.verifyAndParse(body, headers.truedy, SECRET),
  webFloor,
)

const svix = new SvixWebhook(STANDARD_SECRET)
const standard = new StandardWebhook(STANDARD_SECRET)

export const peers = [
  returning('docs snippet', ({ body, headers }) => docsSnippet(body, headers.truedy)),
  returning(versioned('stripe'), ({ body, headers }) =>
    stripe.webhooks.constructEvent(body, headers.stripe['stripe-signature'], SECRET),
  ),
  returning(versioned('svix'), ({ body, headers }) => svix.verify(body, headers.svix)),
  returning(versioned('standardwebhooks'), ({ body, headers }) => standard.verify(body, headers.standard)),
  promising(versioned('stripe'), ({ body, headers }) =>
    stripe.webhooks.constructEventAsync(body, headers.stripe['stripe-signature'], SECRET),
  ),
  promising(versioned('@octokit/webhooks-methods'), async ({ body, headers }) => {
    const text = body.toString()
    const isGenuine = await verifyOctokit(SECRET, text, headers.octokit['x-hub-signature-256'])
    if (!isGenuine) throw new Error('The signature does not match.')
    return JSON.parse(text)
  }),
]

/** The steps in Truedy's documentation, with the message as one string. */
function docsSnippet(body, headers) {
  const timestamp = headers['x-truedy-timestamp']
  const signature = headers['x-truedy-signature']
  if (Date.now() / 1000 - Number(timestamp) > 300) throw new Error('The timestamp is too old.')
  const text = body.toString()
  const expected = createHmac('sha256', SECRET).update(`${timestamp}.${text}`).digest('hex')
  const isGenuine = crypto.timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
  if (!isGenuine) throw new Error('The signature does not match.')
  return JSON.parse(text)
}

/** @returns {Candidate} a candidate that returns its event */
function returning(name, run, base = floor) {
  return { name, isAsync: false, run, floor: base }
}

/** @returns {Candidate} a candidate that promises its event */
function promising(name, run, base = floor) {
  return { name: `await ${name}`, isAsync: true, run, floor: base }
}

function versioned(name) {
  // Read as a file, because not every package exports its package.json.
  const manifest = readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')
  return `${name} ${JSON.parse(manifest).version}`
}
