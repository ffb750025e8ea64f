/**
 * The verdict according to the contract, implemented independently of the library: which deliveries are valid and
 * fresh. It decides only if all arguments have documented types.
 */

import { createHmac } from 'node:crypto'
import { types } from 'node:util'
import type { Input } from './inputs.js'

/** `true`, `false`, or `undefined` for input of another type, which must be rejected with a WebhookError. */
export function isGenuine({ body, headers, secret, options }: Input): boolean | undefined {
  const bytes = toBytes(body)
  const pair = toPair(headers, options)
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (!bytes || !pair || !Array.isArray(secrets) || !isPlain(options)) return undefined
  const { now, toleranceSeconds = 300 } = options as { now?: () => unknown; toleranceSeconds?: unknown }
  if (typeof now !== 'function' || typeof toleranceSeconds !== 'number') return undefined

  const [timestamp, signature] = pair
  const sentAt = toTime(timestamp)
  if (sentAt === undefined || !/^[0-9a-f]{64}$/i.test(signature)) return false
  if (secrets.length < 1 || secrets.length > 10) return false
  // This includes holes.
  for (let index = 0; index < secrets.length; index++) {
    const each: unknown = secrets[index]
    if (typeof each !== 'string' || each.trim() === '' || each.trim() !== each) return false
    if (/^(undefined|null|whsec_|\[object Object\])$/.test(each) || each.includes('${')) return false
  }
  if (!(toleranceSeconds > 0 && toleranceSeconds < Number.POSITIVE_INFINITY)) return false
  const time = callClock(now)
  if (typeof time !== 'number' || !(Math.abs(time - sentAt) <= toleranceSeconds * 1000)) return false

  // Half a surrogate pair has no bytes of its own.
  if (typeof body === 'string' && /\p{Surrogate}/u.test(body)) return false
  // The dot may be the fraction separator of the timestamp.
  if (/T[^.]*$/.test(timestamp) && /^\d/.test(bytes.toString('latin1'))) return false

  const message = Buffer.concat([Buffer.from(`${timestamp}.`), bytes])
  return secrets.some(
    (each) =>
      createHmac('sha256', Buffer.from(each)).update(message).digest('hex') === signature.toLowerCase(),
  )
}

function callClock(now: () => unknown): unknown {
  try {
    return now()
  } catch {
    return undefined
  }
}

function isPlain(value: unknown): value is object {
  const isObject = typeof value === 'object' && value !== null && !types.isProxy(value)
  return isObject && Object.getPrototypeOf(value) === Object.prototype
}

function toBytes(body: unknown): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  return body instanceof ArrayBuffer ? Buffer.from(new Uint8Array(body)) : undefined
}

/** The two values, if each header occurs once, under one of its names. */
export function toPair(headers: unknown, options: unknown): readonly [string, string] | undefined {
  const { headerNames } = (isPlain(options) ? options : {}) as { headerNames?: unknown }
  if (headerNames !== undefined && !isPlain(headerNames)) return undefined
  const entries = toEntries(headers)
  const names = headerNames as { timestamp?: unknown; signature?: unknown } | undefined
  if (!entries) return undefined
  const find = (name: unknown) => entries.filter(([key]) => key.toLowerCase() === String(name).toLowerCase())
  const candidates = names
    ? [[names.timestamp, names.signature]]
    : [
        ['x-truedy-timestamp', 'x-truedy-signature'],
        ['x-trudy-timestamp', 'x-trudy-signature'],
      ]
  for (const [timestampName, signatureName] of candidates) {
    const [timestamps, signatures] = [find(timestampName), find(signatureName)]
    if (timestamps.length + signatures.length === 0) continue
    const [timestamp, signature] = [timestamps[0]?.[1], signatures[0]?.[1]]
    if (timestamps.length !== 1 || signatures.length !== 1) return undefined
    return typeof timestamp === 'string' && typeof signature === 'string' ? [timestamp, signature] : undefined
  }
  return undefined
}

function toEntries(headers: unknown): [string, unknown][] | undefined {
  if (headers instanceof Headers) return [...headers]
  return isPlain(headers) && !('get' in headers) ? Object.entries(headers) : undefined
}

/** The time in milliseconds. Parsed by hand, because `Date.parse` accepts more than the contract does. */
function toTime(text: string): number | undefined {
  if (/^[0-9]{1,11}$/.test(text)) return Number.parseInt(text, 10) * 1000
  const parts = /^(\d\d\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|([+-])(\d\d):(\d\d))?$/.exec(
    text,
  )
  if (!parts) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number)
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  date.setUTCFullYear(year)
  const isReal =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  if (!isReal) return undefined
  const [sign, zoneHours, zoneMinutes] = [
    parts[9] === '-' ? -1 : 1,
    Number(parts[10] ?? 0),
    Number(parts[11] ?? 0),
  ]
  if (zoneHours > 23 || zoneMinutes > 59) return undefined
  const milliseconds = Math.floor(Number(`0${parts[7] ?? ''}`) * 1000 + 1e-6)
  return date.getTime() + milliseconds - sign * (zoneHours * 60 + zoneMinutes) * 60_000
}
