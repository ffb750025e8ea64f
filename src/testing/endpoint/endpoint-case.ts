/** The type of a case for an endpoint. */

/** An endpoint under test. */
export interface Endpoint {
  readonly url: string
  /** The secret that it verifies with. */
  readonly secret: string
}

/** A case to run on an endpoint. */
export interface EndpointCase {
  /** What is sent, in a few words. */
  readonly name: string
  /** The correct statuses, in words: `"2xx"`, `"401"`. */
  readonly expected: string
  /** Sends the requests and judges the responses. Rejects if a response does not arrive. */
  run(endpoint: Endpoint): Promise<EndpointFinding>
}

/** The finding of a case. */
export interface EndpointFinding {
  readonly passed: boolean
  /** The statuses of the responses. If no response arrived, `checkEndpoint` says here why. */
  readonly actual: string
  /** What to fix in the receiver, if the case failed. */
  readonly fix?: string
  /** What the case couldn't check, if it passed otherwise. */
  readonly note?: string
}
