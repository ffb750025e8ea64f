/** Reads the deliveries that `listen --save` saved. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { resendHeaders } from '../connection-headers.js'
import { EnvironmentError } from '../errors.js'
import { readBytes, textOf } from '../files.js'
import { MASKED, readSavedDelivery, type SavedRequest } from '../saved-delivery.js'
import type { Surroundings } from '../surroundings.js'
import { printable } from '../terminal/printable.js'
import type { OutgoingHeaders } from '../transport.js'

/** A delivery to send again. */
export interface Resending {
  readonly body: Uint8Array
  /** The headers as captured, if they are sent; `undefined` if the body is signed instead. */
  readonly headers: OutgoingHeaders | undefined
}

/** The deliveries in a file or folder. */
export interface SavedDeliveries {
  readonly deliveries: readonly [Resending, ...Resending[]]
  /** Notes to print. */
  readonly notes: readonly string[]
}

/**
 * Reads a file, or each `.json` file of a folder in the order of their names. A delivery whose signature was invalid is never
 * signed: it is sent as captured.
 *
 * @param keepsHeaders - true to send every delivery as captured
 * @throws EnvironmentError
 */
export async function readSaved(
  path: string,
  keepsHeaders: boolean,
  surroundings: Surroundings,
): Promise<SavedDeliveries> {
  const files = await filesOf(path)
  const deliveries: Resending[] = []
  const notes: string[] = []
  let invalid = 0
  for (const file of files) {
    const { request, isValid } = await readFileOf(file, surroundings)
    const obstacle = obstacleOf(request)
    if (obstacle) {
      notes.push(`${printable(file)} is not sent: ${obstacle}`)
      continue
    }
    if (!isValid) invalid += 1
    const isSigned = isValid && !keepsHeaders
    deliveries.push({ body: request.body, headers: isSigned ? undefined : capturedHeaders(request) })
  }
  const [first, ...others] = deliveries
  if (!first) {
    const why =
      notes.length > 0 ? notes.join(' ') : 'It has no .json files: pass the folder that listen --save wrote.'
    throw new EnvironmentError(`"${printable(path)}" contains no delivery that can be sent. ${why}`)
  }
  if (invalid > 0 && !keepsHeaders) {
    notes.push(
      `${invalid} of ${deliveries.length} had no valid signature when ${invalid === 1 ? 'it was' : 'they were'} captured. Such a delivery isn't signed again, but sent as captured.`,
    )
  }
  return { deliveries: [first, ...others], notes }
}

async function filesOf(path: string): Promise<string[]> {
  // Standard input and a path that `stat` can't read count as files: `readBytes` reads the one, and explains the fault of the other.
  const isFolder = path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory()
  if (!isFolder) return [path]
  const names = await readdir(path)
  return names
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .sort()
    .map((name) => join(path, name))
}

async function readFileOf(file: string, surroundings: Surroundings) {
  const bytes = await readBytes(file, surroundings)
  const delivery = readSavedDelivery(textOf(bytes))
  if (delivery) return delivery
  throw new EnvironmentError(
    `"${printable(file)}" isn't a file that listen --save wrote. To send a body of your own, use --data.`,
  )
}

/** Says why a request can't be sent again; `undefined` if it can. */
function obstacleOf({ method, isWhole }: SavedRequest): string | undefined {
  if (method !== 'POST') return `it was a ${printable(method)}, and only a POST is a delivery.`
  return isWhole ? undefined : 'only the beginning of its body was saved.'
}

/** Returns the headers as captured, except those whose values were masked. */
function capturedHeaders({ headers }: SavedRequest): OutgoingHeaders {
  return resendHeaders(headers.filter(([, value]) => value !== MASKED))
}
