/** Stories: events about the same call, campaign or voice, each with its own time. */

import { isObject } from '../../json.js'
import type { SampleName } from '../sample-types.js'
import { flatSampleEvent, sampleEvent } from '../samples.js'
import type { Random } from './random.js'

/** The shape of payloads. */
export type Shape = 'nested' | 'flat'

/** An event of a story, before it is signed. */
export interface StoryEvent {
  event: string
  timestamp: string
  id?: string
  data: Record<string, unknown>
}

/** One event of a story. */
export interface Moment {
  /** When the event happens, in milliseconds since the story began. */
  readonly atMs: number
  /** Creates the event. `time` converts milliseconds since the story began to ISO 8601. */
  tell(time: (atMs: number) => string): StoryEvent
}

/** The fields that turn a sample into an event of a story. */
export interface EventFacts {
  /** The event id. */
  readonly id: string
  readonly time: string
  /** The fields of `data` that differ from the sample's; `undefined` removes one. */
  readonly data: Readonly<Record<string, unknown>>
  /** The same for `data.call`, if the sample has one. */
  readonly call?: Readonly<Record<string, unknown>>
  /** The name of the event, if there is no sample of it. */
  readonly name?: string
}

/** Creates an event from a sample and the facts of a story. */
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

/** Creates an event id of the same form as in samples. */
export function eventId(random: Random): string {
  return `evt_${random.uuid()}`
}

/** Returns the same story with a later beginning, as part of a longer story. */
export function postponed(story: readonly Moment[], byMs: number): Moment[] {
  return story.map(({ atMs, tell }) => ({
    atMs: atMs + byMs,
    tell: (time) => tell((innerMs) => time(innerMs + byMs)),
  }))
}

/** Returns the length of a story, in milliseconds. */
export function lengthOf(story: readonly Moment[]): number {
  return Math.max(...story.map(({ atMs }) => atMs))
}

/**
 * Returns the events of a story in their order. The story ends now, so no time is in the future: a call of two minutes that is
 * sent within three seconds began two minutes ago.
 *
 * @param now - milliseconds since 1970
 */
export function toldAt(story: readonly Moment[], now: number): StoryEvent[] {
  const beginning = now - lengthOf(story)
  const time = (atMs: number) => new Date(beginning + atMs).toISOString()
  return [...story].sort((a, b) => a.atMs - b.atMs).map(({ tell }) => tell(time))
}
