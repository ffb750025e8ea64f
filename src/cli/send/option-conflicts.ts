/** Which options of `send` exclude or need each other. */

import { UsageError } from '../errors.js'
import type { SendArguments } from './options.js'

/** Options that say what is sent, each with those that would say something else. */
const EXCLUSIVE = [
  ['from', ['scenario', 'all', 'data', 'flat', 'count']],
  ['keep', ['set']],
  ['scenario', ['all', 'data', 'count', 'rate']],
  ['all', ['data']],
] as const

/** Options that change nothing without another one. */
const DEPENDENT = [
  ['keep', ['from']],
  ['seed', ['scenario']],
  ['speed', ['scenario', 'retry']],
] as const

/** Throws UsageError for options that contradict each other, or that change nothing. */
export function requireNoConflict({ given }: SendArguments, eventName: string | undefined): void {
  for (const [one, others] of EXCLUSIVE) {
    const other = given.has(one) ? others.find((name) => given.has(name)) : undefined
    if (other) throw new UsageError(`--${one} and --${other} exclude each other. Leave out one.`, 'send')
    if (given.has(one) && eventName !== undefined) {
      throw new UsageError(`--${one} says what is sent. Leave out EVENT ("${eventName}").`, 'send')
    }
  }
  const isWholeBody = given.has('data') && eventName === undefined
  for (const name of ['flat', 'set'] as const) {
    if (!isWholeBody || !given.has(name)) continue
    throw new UsageError(
      `--data without EVENT is the whole body, which --${name} can't change. Add EVENT, or leave out --${name}.`,
      'send',
    )
  }
  for (const [name, others] of DEPENDENT) {
    if (!given.has(name) || others.some((other) => given.has(other))) continue
    const needed = others.map((other) => `--${other}`).join(' or ')
    throw new UsageError(`--${name} needs ${needed}. Add it, or leave out --${name}.`, 'send')
  }
}
