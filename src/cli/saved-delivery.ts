/** Formats and reads the files that `listen --save` writes and `send --from` reads. */

import { isUtf8 } from 'node:buffer'
import { isObject } from '../json.js'

/** A delivery that was saved. */
export interface SavedDelivery {
  /** ISO 8601. */
  readonly receivedAt: string
  readonly request: SavedRequest
  readonly verdict: SavedVerdict
  /** The app's response, if there was one. */
  readonly app?: SavedAppResponse
}

/** A request as received. */
export interface SavedRequest {
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** Spelled, ordered and repeated as received. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
  /** True if {@link body} is all of it. */
  readonly isWhole: boolean
}

/** The verdict of `listen` on a delivery. */
export interface SavedVerdict {
  /** True if the signature is valid. */
  readonly isValid: boolean
  readonly outcome: string
  readonly status?: number
  readonly event?: string
  readonly key?: string
  readonly code?: string
  readonly message?: string
  readonly causes?: readonly string[]
}

/** The response of an app. */
export interface SavedAppResponse {
  readonly status?: number
  readonly durationMs: number
  readonly reason?: string
  readonly body?: string
}

/** Identifies the format of the file. A later format gets another number. */
const FORMAT = 'truedy-webhooks delivery 1'

/** Replaces the value of a header that holds credentials. */
export const MASKED = '***'

/** Headers that hold credentials. Truedy's signature doesn't cover them. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie'])

/** Formats a delivery as the content of a file. */
export function formatDelivery({ request, ...rest }: SavedDelivery): string {
  const { method, path, headers, body, isWhole } = request
  const masked = headers.map(([name, value]) => [
    name,
    SECRET_HEADERS.has(name.toLowerCase()) ? MASKED : value,
  ])
  // A JSON string keeps UTF-8 byte for byte.
  const content = isUtf8(body)
    ? { body: Buffer.from(body).toString('utf8') }
    : { bodyBase64: Buffer.from(body).toString('base64') }
  const file = { format: FORMAT, ...rest, request: { method, path, headers: masked, isWhole, ...content } }
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/** Reads a file. Returns `undefined` if it isn't a saved delivery. Fields that exist only for people to read are not checked. */
export function readSavedDelivery(
  text: string,
): (Pick<SavedDelivery, 'request'> & { readonly isValid: boolean }) | undefined {
  const file = parseObject(text)
  const { request, verdict } = file ?? {}
  if (file?.['format'] !== FORMAT || !isObject(request) || !isObject(verdict)) return undefined
  const { method, path, headers, isWhole } = request
  const body = readBodyOf(request)
  if (typeof method !== 'string' || typeof path !== 'string' || body === undefined) return undefined
  if (!Array.isArray(headers) || !headers.every(isHeader)) return undefined
  return {
    request: { method, path, headers, body, isWhole: isWhole === true },
    isValid: verdict['isValid'] === true,
  }
}

function readBodyOf({ body, bodyBase64 }: Record<string, unknown>): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  return typeof bodyBase64 === 'string' ? Buffer.from(bodyBase64, 'base64') : undefined
}

function isHeader(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
