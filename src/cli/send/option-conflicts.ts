/** Checks which options of `send` can be combined. */

import { UsageError } from '../errors.js'
import type { SendArguments } from './options.js'

/** Options that can't be combined with certain others. */
const EXCLUSIVE = [
  ['from', ['scenario', 'all', 'data', 'flat', 'count']],
  ['keep', ['set']],
  ['scenario', ['all', 'data', 'count', 'rate']],
  ['all', ['data']],
] as const

/** Options that have no effect without one of certain others. */
const DEPENDENT = [
  ['keep', ['from']],
  ['seed', ['scenario']],
  ['speed', ['scenario', 'retry']],
] as const

/** Throws UsageError for options that contradict each other, or that have no effect. */
export function requireNoConflict({ given }: SendArguments, eventName: string | undefined): void {
  for (const [name, others] of DEPENDENT) {
    if (!given.has(name) || others.some((other) => given.has(other))) continue
    const needed = others.map((other) => `--${other}`).join(' or ')
    throw new UsageError(`--${name} needs ${needed}. Add ${needed}, or leave out --${name}.`, 'send')
  }
  for (const [one, others] of EXCLUSIVE) {
    const other = given.has(one) ? others.find((name) => given.has(name)) : undefined
    if (other)
      throw new UsageError(`--${one} can't be combined with --${other}. Leave out one of them.`, 'send')
    if (given.has(one) && eventName !== undefined) {
      throw new UsageError(`--${one} already says what to send. Leave out EVENT ("${eventName}").`, 'send')
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
}
