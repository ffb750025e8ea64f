/** Finds one of several names that a person typed. */

import { didYouMean } from '../did-you-mean.js'
import { UsageError } from './errors.js'

/**
 * Returns the name that equals the text.
 *
 * @param noun - the noun for a name in the message: `"scenario"`
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
