/** Choosing by name. */

import { didYouMean } from '../did-you-mean.js'
import { UsageError } from './errors.js'

/**
 * Finds a name.
 *
 * @param noun - what a name stands for: `"scenario"`
 * @param command - the command whose help lists them
 * @throws UsageError, which lists the names and suggests the nearest one
 */
export function requireOneOf<Name extends string>(
  noun: string,
  text: string,
  names: readonly Name[],
  command?: string,
): Name {
  const found = names.find((name) => name === text)
  if (found !== undefined) return found
  throw new UsageError(
    `There is no ${noun} "${text}".${didYouMean(text, names)} Use one of ${names.join(', ')}.`,
    command,
  )
}
