/** The changes of `--set`. */

import { decodeUtf8 } from '../../bytes.js'
import { hexOfUnit } from '../../utf16.js'
import { EnvironmentError, UsageError } from '../errors.js'
import { printable } from '../terminal/printable.js'
import type { DeliveryBody } from './delivery-bodies.js'
import { editJson, type JsonEdit } from './json-edit.js'

/**
 * Reads `data.call.duration=5`. A value that is no JSON is a text.
 *
 * @throws UsageError
 */
export function readChange(text: string): JsonEdit {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  const path = name.split('.')
  if (path.includes('')) {
    throw new UsageError(`--set takes PATH=VALUE, such as data.call.duration=5 (got "${text}").`, 'send')
  }
  return { path, value: isJson(value) ? value.trim() : asciiJson(value) }
}

/** Applies changes to a body. Throws EnvironmentError if there is no such place in it. */
export function applyChanges(body: DeliveryBody, changes: readonly JsonEdit[]): DeliveryBody {
  if (changes.length === 0) return body
  return changes.reduce((text, change) => {
    const changed = editJson(text, change)
    if (changed !== undefined) return changed
    throw new EnvironmentError(
      `--set can't change ${printable(change.path.join('.'))}. A part of this path is not an object or array, or the array has no such element.`,
    )
  }, requireJson(body))
}

function requireJson(body: DeliveryBody): string {
  const text = typeof body === 'string' ? body : decodeBody(body)
  if (text !== undefined && isJson(text)) return text
  throw new EnvironmentError("--set can't change a body that is not JSON. Leave out --set.")
}

function decodeBody(bytes: Uint8Array): string | undefined {
  try {
    return decodeUtf8(bytes)
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A JSON string in ASCII, as Truedy's sender writes it. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${hexOfUnit(unit)}`)
}
