/** Deliveries signed directly with node:crypto, so that the tests do not depend on the library's own signing. */

import { createHmac } from 'node:crypto'

export const SECRET = 'whsec_0123456789abcdef0123456789abcdef'

/** 2026-03-18T14:32:00Z. */
export const NOW_SECONDS = 1_773_844_320
export const now = () => NOW_SECONDS * 1000

export const ENVELOPE = {
  event: 'call.ended',
  timestamp: '2026-03-18T14:32:00.000Z',
  id: 'evt_abc123',
  data: { call: { callId: 'c1', summary: 'Grüße, 世界' } },
}
export const BODY = JSON.stringify(ENVELOPE)

export function sign(body: string | Uint8Array, timestamp = String(NOW_SECONDS), secret = SECRET): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
}

export function headersFor(body: string | Uint8Array, timestamp = String(NOW_SECONDS), secret = SECRET) {
  return { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': sign(body, timestamp, secret) }
}

/** Passes a value that the types forbid, as JavaScript callers can. */
export const wrong = (value: unknown) => value as never
