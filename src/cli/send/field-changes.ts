/** Reads and applies the changes of `--set`. */

import { hexOfUnit } from '../../utf16.js'
import { EnvironmentError, UsageError } from '../errors.js'
import { textOf } from '../files.js'
import { printable } from '../terminal/printable.js'
import type { DeliveryBody } from './delivery-bodies.js'
import { editJson, type JsonEdit } from './json-edit.js'

/**
 * Reads `data.call.duration=5`. A value that isn't JSON becomes a string.
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

/** Applies changes to a body. Throws EnvironmentError if the body has no place for one of them. */
export function applyChanges(body: DeliveryBody, changes: readonly JsonEdit[]): DeliveryBody {
  if (changes.length === 0) return body
  return changes.reduce((text, change) => {
    const changed = editJson(text, change)
    if (changed !== undefined) return changed
    throw new EnvironmentError(describeObstacle(text, change))
  }, requireJson(body))
}

/** Names the part of the path that is in the way of a change. */
function describeObstacle(text: string, { path, value }: JsonEdit): string {
  // Tries longer and longer prefixes of the path. The last key of the shortest prefix that can't be set is the wrong key.
  const depth = path.findIndex(
    (_, index) => editJson(text, { path: path.slice(0, index + 1), value }) === undefined,
  )
  const parent = depth === 0 ? 'The body' : path.slice(0, depth).join('.')
  return printable(
    `--set can't change ${path.join('.')}. ${parent} is neither an object nor an array with an element ${path[depth]}: check the path.`,
  )
}

function requireJson(body: DeliveryBody): string {
  const text = textOf(body)
  if (isJson(text)) return text
  throw new EnvironmentError("--set can't change a body that is not JSON. Leave out --set.")
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Writes a string as JSON in ASCII, as Truedy's sender does. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${hexOfUnit(unit)}`)
}
