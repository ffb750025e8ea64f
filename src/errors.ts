/** The one error class of the package, and the HTTP status of each of its codes. */

/**
 * Stable names of what can go wrong: with a delivery (4xx) or in the receiving program (500, or 503 for `handler_timeout`). `busy`
 * (503) is nobody's fault: another worker holds the event of a job.
 */
export type WebhookErrorCode =
  | 'missing_timestamp'
  | 'missing_signature'
  | 'malformed_timestamp'
  | 'malformed_signature'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_mismatch'
  | 'invalid_json'
  | 'invalid_event'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'body_not_raw'
  | 'busy'
  | 'handler_timeout'
  | 'step_timeout'
  | 'invalid_secret'
  | 'invalid_options'

/** The HTTP statuses of a {@link WebhookErrorCode}. */
export type WebhookErrorStatus = 400 | 401 | 405 | 413 | 500 | 503

/** Codes with the status 401: one of the two headers is missing, malformed or invalid, or the delivery isn't fresh. */
type Unauthorized = Extract<
  WebhookErrorCode,
  `missing_${string}` | `malformed_${string}` | `timestamp_${string}` | 'signature_mismatch'
>

/**
 * The status of every other code (src/CONTRACT.md §6). A code that is neither in `Unauthorized` nor in this table is a
 * compile error.
 */
const STATUS: Record<Exclude<WebhookErrorCode, Unauthorized>, WebhookErrorStatus> & {
  [code in Unauthorized]?: never
} = {
  invalid_json: 400,
  invalid_event: 400,
  method_not_allowed: 405,
  body_too_large: 413,
  body_not_raw: 500,
  busy: 503,
  handler_timeout: 503,
  step_timeout: 500,
  invalid_secret: 500,
  invalid_options: 500,
}

// A registered symbol is the same in every copy of the package, so each copy recognizes the errors of all the others.
const BRAND = Symbol.for('truedy-webhooks.WebhookError')

/**
 * The error that `verifyAndParse` and its siblings throw.
 *
 * `code` is stable, so compare that. `message` says what happened and what to do; its wording may change. Both can be logged:
 * neither contains the secret, the expected signature or the body.
 *
 * @example
 * ```ts
 * import { isWebhookError, verifyAndParse } from 'truedy-webhooks'
 *
 * async function receive(body: Uint8Array, headers: Headers, secret: string): Promise<Response> {
 *   try {
 *     const event = await verifyAndParse(body, headers, secret)
 *     console.log(event.event)
 *     return new Response(null, { status: 204 })
 *   } catch (error) {
 *     if (!isWebhookError(error)) throw error
 *     return Response.json({ error: error.code }, { status: error.status })
 *   }
 * }
 * ```
 */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  /** The stable name of what went wrong. */
  readonly code: WebhookErrorCode
  /**
   * The HTTP status of the response: 400, 401, 405 or 413 if the request is wrong, 500 if the receiving program is at fault, 503
   * for `busy` and `handler_timeout`.
   */
  readonly status: WebhookErrorStatus

  /**
   * @param code - the name of what went wrong
   * @param message - what happened and what to do, without secret material
   * @param options - `cause`: the error that caused this one, if there is one
   */
  constructor(code: WebhookErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.status = STATUS[code] ?? 401
  }
}

// The brand is set at run time and not declared: if the declarations had the symbol, TypeScript would treat the classes of
// two entry points of the package as two types.
for (const branded of [WebhookError, WebhookError.prototype]) {
  Object.defineProperty(branded, BRAND, { value: true })
}
Object.defineProperty(WebhookError, Symbol.hasInstance, {
  value(this: typeof WebhookError, value: unknown): boolean {
    // A subclass has no brand of its own, so a plain WebhookError is not an instance of the subclass.
    const hasOwnBrand = Object.hasOwn(this, BRAND)
    return Function.prototype[Symbol.hasInstance].call(this, value) || (hasOwnBrand && isWebhookError(value))
  },
})

/**
 * Tells whether a value is a {@link WebhookError}, even if it comes from another entry or copy of the package. `instanceof` gives
 * the same result for `WebhookError`.
 *
 * @param value - anything, usually what a `catch` received
 */
export function isWebhookError(value: unknown): value is WebhookError {
  // Reading a property with `?.` is safe for any value. Errors inherit the brand from the prototype of the class above, in every copy of the package.
  return (value as { readonly [BRAND]?: unknown } | null | undefined)?.[BRAND] === true
}
