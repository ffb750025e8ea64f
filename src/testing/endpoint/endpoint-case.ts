/** The type of a case for an endpoint. */

/** An endpoint under test. */
export interface Endpoint {
  readonly url: string
  /** The secret that it verifies with. */
  readonly secret: string
}

/** A case to run on an endpoint. */
export interface EndpointCase {
  /** The request, in a few words. */
  readonly name: string
  /** The statuses that are right, in words: `"2xx"`, `"401"`. */
  readonly expected: string
  /** Sends it and judges the responses. Rejects if one does not come. */
  run(endpoint: Endpoint): Promise<EndpointFinding>
}

/** The finding of a case. */
export interface EndpointFinding {
  readonly passed: boolean
  /** The statuses that came. */
  readonly actual: string
  /** The fix in the receiver, if the case did not pass. */
  readonly fix?: string
  /** A note on anything that the case could not check, if it passed otherwise. */
  readonly note?: string
}
