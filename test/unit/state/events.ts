/** Events of one call or batch, to test that any order and any repetition gives the same state. */

import fc from 'fast-check'
import { parseEvent, type TruedyEvent } from '../../../src/index.js'
import { IS_FULL } from '../support/runs.js'

export const BEGIN = Date.UTC(2026, 2, 18, 14, 30)

/** The time so many seconds after the beginning, as ISO 8601. */
export function at(seconds: number): string {
  return new Date(BEGIN + seconds * 1000).toISOString()
}

/** The facts of a payload, for either of its two forms. */
export type Facts = Readonly<Record<string, unknown>>

const FLAT_NAMES: Readonly<Record<string, string>> = {
  duration: 'duration_seconds',
  costUsd: 'cost_usd',
  endReason: 'end_reason',
  billingStatus: 'billing_status',
  billedDuration: 'billed_duration',
  recordingUrl: 'recording_url',
  errorMessage: 'error_message',
  agentId: 'agent_id',
  callId: 'call_id',
  shortSummary: 'short_summary',
}

export interface Sent {
  readonly name: string
  readonly timestamp?: string | number
  readonly id?: string
  readonly shape?: 'nested' | 'flat'
  readonly facts?: Facts
  readonly callId?: string
}

/** An event of the call `c1`. */
export function callEvent({
  name,
  timestamp = at(0),
  id,
  shape = 'nested',
  facts = {},
  callId = 'c1',
}: Sent) {
  const call: Facts = { callId, ...facts }
  const flat = Object.fromEntries(Object.entries(call).map(([key, value]) => [FLAT_NAMES[key] ?? key, value]))
  return parseEvent({ event: name, timestamp, ...(id && { id }), data: shape === 'nested' ? { call } : flat })
}

/** An event of the batch `b1`. */
export function batchEvent(name: string, data: object, timestamp: string | number = at(0)): TruedyEvent {
  return parseEvent({ event: name, timestamp, data: { batch_id: 'b1', ...data } })
}

/** The longest history of `findDifferentStates`. */
export const LONGEST_HISTORY = IS_FULL ? 3 : 2

/**
 * Tries all short histories of the events. Returns each one whose state differs from another history of the same
 * events.
 */
export function findDifferentStates<State>(
  events: readonly TruedyEvent[],
  step: (state: State | undefined, event: TruedyEvent) => State | undefined,
): { readonly histories: number; readonly different: readonly string[] } {
  const known = new Map<string, string>()
  const different: string[] = []
  let histories = 0
  const visit = (indexes: readonly number[], before: State | undefined): void => {
    for (const [index, event] of events.entries()) {
      histories += 1
      const state = step(before, event)
      const text = JSON.stringify(state)
      const history = [...indexes, index]
      const key = [...new Set(history)].sort().join()
      if ((known.get(key) ?? text) !== text) different.push(`${history}: ${text}, not ${known.get(key)}`)
      known.set(key, text)
      if (history.length < LONGEST_HISTORY) visit(history, state)
    }
  }
  visit([], undefined)
  return { histories, different }
}

/** A list in another order with some items repeated. */
export function shuffled<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.array(fc.nat(), { maxLength: 6 }).chain((repeated) => {
    const more = repeated.flatMap((index) => items.slice(index % items.length).slice(0, 1))
    const all = [...items, ...more]
    return fc.shuffledSubarray(all, { minLength: all.length })
  })
}

/** A copy as a database returns it that stores JSON in its own form, with the keys in another order. */
export function storedAndRead<Value>(value: Value): Value {
  const reversed = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(reversed)
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(
      Object.entries(each)
        .reverse()
        .map(([key, inner]) => [key, reversed(inner)]),
    )
  }
  return JSON.parse(JSON.stringify(reversed(value)))
}

/** A value as a database returns it. JSON has no negative zero. */
export const jsonValue: fc.Arbitrary<unknown> = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)))
