/** Decides which deliveries `--events` shows and saves. */

import { didYouMean } from '../../did-you-mean.js'
import { sampleNames } from '../../testing/samples.js'
import { UsageError } from '../errors.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** Tells whether to show a delivery. */
export type EventFilter = (delivery: Pick<ListenedDelivery, 'event' | 'type'>) => boolean

/**
 * Creates a filter. A rejected delivery, whose event isn't known, always passes, because it may be the one that you are
 * looking for.
 *
 * @param patterns - names of events, in which `*` stands for any characters; without patterns, everything passes
 * @throws UsageError for an unknown event
 */
export function createEventFilter(patterns: readonly string[]): EventFilter {
  const names = patterns.flatMap((pattern) => pattern.split(','))
  const expressions = names.map((name) => toExpression(name.trim()))
  return ({ event, type }) => {
    if (expressions.length === 0 || event === undefined) return true
    return expressions.some((expression) => [event, type].some((name) => name && expression.test(name)))
  }
}

function toExpression(name: string): RegExp {
  const isPattern = name.includes('*')
  if (!isPattern && !sampleNames.some((known) => known === name)) {
    throw new UsageError(
      `Unknown event "${name}" in --events.${didYouMean(name, sampleNames)} For an event that this version doesn't know, use a pattern such as 'campaign.*'.`,
      'listen',
    )
  }
  const parts = name.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'))
  // Several stars in a row become one, because each would multiply the time of a failing match.
  return new RegExp(`^${parts.join('*').replace(/\*+/g, '.*')}$`, 's')
}
