/** The context of a handler, and the function that calls the handlers of an event. */

import { invalidOption, requireFunction, requireObject } from '../checks.js'
import type { ProcessContext } from '../dedupe/process-once.js'
import { didYouMean } from '../did-you-mean.js'
import {
  type EventName,
  type EventOf,
  eventNames,
  normalizeName,
  type TruedyEvent,
} from '../events/catalogue.js'
import type { QueueJob } from './job.js'

/** The context that a handler gets in a receiver and in a job handler. */
export interface EventContext<Args extends readonly unknown[] = readonly unknown[]> extends ProcessContext {
  /** The JSON text that was signed. */
  readonly rawBody: string
  /** The time in the timestamp header. */
  readonly sentAt: Date
  /**
   * The scope that the receiver used: its option `scope`, or the result if `scope` is a function (the tenant, for example). A job
   * carries it to the job handler.
   */
  readonly scope: string | undefined
  /** The arguments after the request or job: `env` and `ctx` on Workers, or a parameter of the route. */
  readonly args: Args
}

/** The context of a handler in a receiver. */
export interface HandlerContext<Request = unknown, Args extends readonly unknown[] = readonly unknown[]>
  extends EventContext<Args> {
  /** The request, as the host passed it. Its body has been read, so use `rawBody`. */
  readonly request: Request
  /** The index of the secret that signed, from 0. */
  readonly secretIndex: number
}

/** The context of a handler in a job handler. */
export interface JobContext<Args extends readonly unknown[] = readonly unknown[]> extends EventContext<Args> {
  readonly job: QueueJob
}

/** A handler for each event type, by name. `unknown` gets the events whose type this version doesn't know. */
export type EventHandlers<Context = EventContext> = {
  readonly [Name in EventName | 'unknown']?: ((event: EventOf<Name>, context: Context) => unknown) | undefined
}

/** `on`, `onEvent`, or both. With neither, every event would be dropped. */
export type Handling<Context> =
  | {
      /** A handler for each event type. An event without a handler is acknowledged. */
      readonly on: EventHandlers<Context>
      /** Gets every event, after the handler in `on`. */
      readonly onEvent?: ((event: TruedyEvent, context: Context) => unknown) | undefined
    }
  | {
      readonly on?: EventHandlers<Context> | undefined
      /** Gets every event, after the handler in `on`. */
      readonly onEvent: (event: TruedyEvent, context: Context) => unknown
    }

/** Calls the handlers of an event. */
export type Dispatch<Context> = (event: TruedyEvent, context: Context) => Promise<void>

/**
 * Combines handlers into one function.
 *
 * @throws WebhookError `invalid_options` if there is no handler at all, or if one isn't a function or is under a name that isn't
 * an event type
 */
export function createDispatch<Context>(handling: Handling<Context>): Dispatch<Context> {
  const { on = {}, onEvent } = handling
  requireHandlers(on, onEvent)
  return async (event, context) => {
    // The handler under an event's name takes that event. TypeScript can't know that.
    const handler = on[event.event] as typeof onEvent
    await handler?.(event, context)
    await onEvent?.(event, context)
  }
}

function requireHandlers(on: unknown, onEvent: unknown): void {
  if (onEvent !== undefined) requireFunction('onEvent', onEvent)
  const names: readonly string[] = [...eventNames, 'unknown']
  const handlers = Object.entries(requireObject('on', on))
  for (const [name, handler] of handlers) {
    if (names.includes(name)) {
      if (handler !== undefined) requireFunction(`on["${name}"]`, handler)
      continue
    }
    const type = normalizeName(name)
    throw invalidOption(
      type === 'unknown'
        ? `Unknown event "${name}" in \`on\`.${didYouMean(name, names)} The events are ${names.join(', ')}.`
        : `"${name}" in \`on\` is an alias: its handler would never run. Use "${type}".`,
    )
  }
  if (onEvent === undefined && handlers.every(([, handler]) => handler === undefined)) {
    throw invalidOption(
      'There is no handler: every event would be acknowledged and dropped. Pass `on` or `onEvent`.',
    )
  }
}
