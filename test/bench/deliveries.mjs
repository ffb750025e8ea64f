/** The deliveries that are measured: a believable `call.ended` of an exact size, signed for every candidate. */

import { createHmac } from 'node:crypto'
import { sign as signOctokit } from '@octokit/webhooks-methods'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import stripe from 'stripe'

export const SIZES = [
  { label: '560 B', bytes: 560 },
  { label: '8 kB', bytes: 8_000 },
  { label: '100 kB', bytes: 100_000 },
]

export const SECRET = 'whsec_4f1b2c9d8e7a6053b1c2d3e4f5a6978812345678'
// Standard Webhooks and Svix use a base64 key, here of 32 bytes.
export const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwTgCk0p5wJxs='

const ASCII_SENTENCE = 'The caller asked to move the appointment to Friday at ten and was content.\n'
// Accented Latin letters, typographic marks and another script make V8 use two bytes per character.
const UNICODE_SENTENCE = 'Anruf von Zoë Núñez（田中）– „Freitag, zehn Uhr“.\n'

/** How a body is written: in ASCII, as UTF-8, or with the escapes of Python's `json.dumps` (src/CONTRACT.md §2). */
export const VARIANTS = {
  ascii: { label: 'ASCII', sentence: ASCII_SENTENCE, write: JSON.stringify },
  unicode: { label: 'UTF-8', sentence: UNICODE_SENTENCE, write: JSON.stringify },
  escaped: { label: '\\u escapes', sentence: UNICODE_SENTENCE, write: writeAscii },
}

/**
 * @typedef {object} Delivery
 * @property {Buffer} body as the network hands it over
 * @property {string} timestamp
 * @property {string} signature Truedy's, in hex
 * @property {Uint8Array} signatureBytes the same, for WebCrypto
 * @property {Record<'truedy' | 'stripe' | 'svix' | 'standard' | 'octokit', Record<string, string>>} headers
 */

/**
 * A delivery, signed for every candidate by its own signer or documented scheme.
 *
 * @param {number} bytes
 * @param {{ sentence: string, write: (value: unknown) => string }} variant
 * @returns {Promise<Delivery>}
 */
export async function makeDelivery(bytes, variant) {
  const body = makeBody(bytes, variant)
  const text = body.toString()
  const now = new Date()
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const signature = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')
  const id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'
  const standardSignature = new StandardWebhook(STANDARD_SECRET).sign(id, now, text)
  return {
    body,
    timestamp,
    signature,
    signatureBytes: Uint8Array.from(Buffer.from(signature, 'hex')),
    headers: {
      truedy: nodeHeaders(bytes, { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature }),
      stripe: nodeHeaders(bytes, {
        'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload: text, secret: SECRET }),
      }),
      svix: nodeHeaders(bytes, {
        'svix-id': id,
        'svix-timestamp': timestamp,
        'svix-signature': standardSignature,
      }),
      standard: nodeHeaders(bytes, {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': standardSignature,
      }),
      octokit: nodeHeaders(bytes, { 'x-hub-signature-256': await signOctokit(SECRET, text) }),
    },
  }
}

/**
 * Nine headers as Node passes them from behind a proxy, with those of the signature last. There are always nine,
 * because some candidates iterate over all of them.
 */
function nodeHeaders(contentLength, signatureHeaders) {
  const common = {
    host: 'hooks.example.com',
    'user-agent': 'python-httpx/0.28.1',
    'content-type': 'application/json',
    'content-length': String(contentLength),
    accept: '*/*',
    'accept-encoding': 'gzip, deflate',
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
  }
  const room = 9 - Object.keys(signatureHeaders).length
  return { ...Object.fromEntries(Object.entries(common).slice(0, room)), ...signatureHeaders }
}

/** From this size on, a body has all documented fields of a call (src/CONTRACT.md §4). */
const WHOLE_CALL_BYTES = 4_000

/** A body of exactly this size. Its prompt and its summary, the long strings, fill what the other fields leave. */
function makeBody(bytes, { sentence, write }) {
  const size = (value) => Buffer.byteLength(write(value))
  const call = {
    callId: '0a6f5d5e-8f0c-4c7e-9a3e-1d2c3b4a5968',
    agent: { agentId: 'b7c1f2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e', name: 'Front desk' },
    joined: '2026-03-18T14:30:02.101Z',
    ended: '2026-03-18T14:32:00.000Z',
    duration: 118,
    costUsd: 0.12,
    endReason: 'hangup',
    metadata: { campaign: 'spring' },
    ...(bytes >= WHOLE_CALL_BYTES && WHOLE_CALL),
    summary: '',
  }
  const id = 'evt_01HS8Z9X7W6V5T4R3Q2P1N0M9K'
  const envelope = { event: 'call.ended', timestamp: '2026-03-18T14:32:00.412Z', id, data: { call } }

  const sentences = Math.floor((bytes - size(envelope)) / (size(sentence) - 2))
  if ('systemPrompt' in call) call.systemPrompt = sentence.repeat(Math.floor(sentences / 2))
  call.summary = sentence.repeat('systemPrompt' in call ? Math.ceil(sentences / 2) : sentences)
  call.summary += '.'.repeat(bytes - size(envelope))
  return Buffer.from(write(envelope))
}

const WHOLE_CALL = {
  clientVersion: null,
  created: '2026-03-18T14:29:58.732Z',
  billedDuration: '120s',
  billedSideInputTokens: 0,
  billedSideOutputTokens: 0,
  billingStatus: 'BILLING_STATUS_BILLED',
  firstSpeaker: 'FIRST_SPEAKER_AGENT',
  firstSpeakerSettings: { agent: { uninterruptible: false, text: 'Front desk, good afternoon.' } },
  initialOutputMedium: 'MESSAGE_MEDIUM_VOICE',
  joinUrl: null,
  shortSummary: 'The appointment was moved to Friday.',
  agentId: 'b7c1f2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e',
  metadata: { campaign: 'spring', customer_id: '48213', source: 'crm', locale: 'en-GB' },
  initialState: {},
  requestContext: null,
  sipDetails: null,
  joinTimeout: '30s',
  maxDuration: '3600s',
  languageHint: 'en',
  medium: { webRtc: {} },
  model: 'ultravox-v0.7',
  recordingEnabled: true,
  systemPrompt: '',
  temperature: 0.3,
  timeExceededMessage: null,
  voice: 'Mark',
  externalVoice: null,
  transcriptOptional: false,
  inactivityMessages: [{ duration: '30s', message: 'Are you still there?' }],
  vadSettings: { turnEndpointDelay: '0.384s', minimumTurnDuration: '0s' },
  dataConnectionConfig: null,
  callbacks: null,
}

function writeAscii(value) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[^\0-\x7f]/g, escaped)
}
