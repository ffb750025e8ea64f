/** The targets to which a test can deliver. */

import { invalidOption, wrongValue } from '../checks.js'
import { isObject } from '../json.js'
import type { Delivery } from '../receive/receiver.js'
import type { Reply } from '../receive/reply.js'

/** A fetch handler. A Hono app, and the default export of a Worker, are such objects already. */
export interface FetchTarget {
  /** Takes a `Request`, and returns a `Response`. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits the handlers of every framework
  readonly fetch: (request: any, ...args: any[]) => unknown
}

/** A `(req, res)` handler of Node: that of `createNodeHandler`, an Express app, or `app.callback()` of Koa. */
export interface NodeTarget {
  /** Takes Node's request and response, and responds. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits the handlers of every framework
  readonly node: (request: any, response: any, ...args: any[]) => unknown
}

/** A receiver, as `createReceiver` creates it. */
export interface ReceiveTarget {
  /** Takes a delivery, and resolves with a `Reply`. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits the arguments of every receiver
  readonly receive: (delivery: Delivery, ...args: any[]) => PromiseLike<Reply>
}

/**
 * An app in this process, or the URL of a server, as a string or a `URL` object. `href` and `origin` stand for the type `URL`,
 * which some programs don't have.
 */
export type Target =
  | FetchTarget
  | NodeTarget
  | ReceiveTarget
  | string
  | { readonly href: string; readonly origin: string }

/** A target whose kind is known. */
export type KnownTarget =
  | { readonly kind: 'url'; readonly url: URL }
  | ({ readonly kind: 'fetch' } & FetchTarget)
  | ({ readonly kind: 'node' } & NodeTarget)
  | ({ readonly kind: 'receive' } & ReceiveTarget)

const EXPECTED = '{ fetch }, { node }, { receive } or a URL'

/**
 * Finds out the kind of a target.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireTarget(target: unknown): KnownTarget {
  if (typeof target === 'string' || target instanceof URL) return { kind: 'url', url: requireHttpUrl(target) }
  if (typeof target === 'function') {
    throw invalidOption(
      `The target must be ${EXPECTED} (got a function). Say which kind it is: { fetch: handler } for createWebhookHandler, { node: handler } for createNodeHandler or an Express app, { receive } for createReceiver.`,
    )
  }
  if (!isObject(target)) throw wrongValue('The target', EXPECTED, target)
  // The functions may use `this`, so they are called as methods of the target. `bind` can't be used: on an Express app, it is a
  // route method for the HTTP method BIND.
  if (typeof target['fetch'] === 'function') {
    const { fetch } = target as unknown as FetchTarget
    return { kind: 'fetch', fetch: (...given) => Reflect.apply(fetch, target, given) }
  }
  if (typeof target['node'] === 'function') {
    const { node } = target as unknown as NodeTarget
    return { kind: 'node', node: (...given) => Reflect.apply(node, target, given) }
  }
  if (typeof target['receive'] === 'function') {
    const { receive } = target as unknown as ReceiveTarget
    return { kind: 'receive', receive: (...given) => Reflect.apply(receive, target, given) }
  }
  const names = Object.keys(target).join(', ') || 'nothing'
  throw invalidOption(
    `The target must be ${EXPECTED}, and the property must be a function (got an object with ${names}).`,
  )
}

function requireHttpUrl(target: string | URL): URL {
  const url = URL.canParse(String(target)) ? new URL(target) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  // The message leaves out the URL, which may contain a password.
  throw invalidOption(
    'The target is not an http or https URL. Pass the whole URL, such as http://localhost:3000/webhooks/truedy.',
  )
}
