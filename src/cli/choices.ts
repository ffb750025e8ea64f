/** Choosing by name. */

import { didYouMean } from '../did-you-mean.js'
import { UsageError } from './errors.js'

/**
 * The name that a text is.
 *
 * @param noun - what the names are names of
 * @param command - the command whose help lists them
 * @throws UsageError, which lists the names and guesses which one was meant
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
    `There is no ${noun} "${text}".${didYouMean(text, names)} There are ${names.join(', ')}.`,
    command,
  )
}
