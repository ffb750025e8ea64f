/** Stories: events about the same call, campaign or voice, each at a moment of its own. */

import { isObject } from '../../json.js'
import type { SampleName } from '../sample-types.js'
import { flatSampleEvent, sampleEvent } from '../samples.js'
import type { Random } from './random.js'

/** The shape of payloads. */
export type Shape = 'nested' | 'flat'

/** An event as a story tells it, before it is signed. */
export interface StoryEvent {
  event: string
  timestamp: string
  id?: string
  data: Record<string, unknown>
}

/** One event of a story. */
export interface Moment {
  /** When it happens, in milliseconds since the story began. */
  readonly atMs: number
  /** Makes the event. `time` gives the time (ISO 8601) so many milliseconds into the story. */
  tell(time: (atMs: number) => string): StoryEvent
}

/** The fields that make a sample an event of a story. */
export interface EventFacts {
  /** The id of the event itself. */
  readonly id: string
  readonly time: string
  /** Fields of `data` that differ from the sample's; `undefined` takes one out. */
  readonly data: Readonly<Record<string, unknown>>
  /** The same for `data.call`, if the sample has one. */
  readonly call?: Readonly<Record<string, unknown>>
  /** The name of the event, if there is no sample of it. */
  readonly name?: string
}

/** A sample event with the facts of a story in it. */
export function eventOf(sample: SampleName, shape: Shape, facts: EventFacts): StoryEvent {
  const isNested = shape === 'nested'
  const { event, data }: StoryEvent = isNested ? sampleEvent(sample) : flatSampleEvent(sample)
  const name = facts.name ?? event
  const call = data['call']
  return {
    event: name,
    // A flat sample has a timestamp without a zone, and with microseconds.
    timestamp: isNested ? facts.time : facts.time.replace('Z', '000'),
    ...(isNested && { id: facts.id }),
    data: {
      ...data,
      ...('event' in data && { event: name }),
      ...facts.data,
      ...(isObject(call) && { call: { ...call, ...facts.call } }),
    },
  }
}

/** An id for an event, as the samples have them. */
export function eventId(random: Random): string {
  return `evt_${random.uuid()}`
}

/** The same story, begun later: part of a longer one. */
export function postponed(story: readonly Moment[], byMs: number): Moment[] {
  return story.map(({ atMs, tell }) => ({
    atMs: atMs + byMs,
    tell: (time) => tell((innerMs) => time(innerMs + byMs)),
  }))
}

/** The length of a story, in milliseconds. */
export function lengthOf(story: readonly Moment[]): number {
  return Math.max(...story.map(({ atMs }) => atMs))
}

/**
 * The events of a story in their order. It ends now: a call of two minutes, told in three seconds, began two minutes
 * ago, and no time lies in the future.
 *
 * @param now - Unix time in milliseconds
 */
export function toldAt(story: readonly Moment[], now: number): StoryEvent[] {
  const beginning = now - lengthOf(story)
  const time = (atMs: number) => new Date(beginning + atMs).toISOString()
  return [...story].sort((a, b) => a.atMs - b.atMs).map(({ tell }) => tell(time))
}
