/** Reports a run of `listen`: as text for people, or as JSON for scripts. */

import type { ListenedDelivery } from './listened-delivery.js'

/** The addresses of a run of `listen`. */
export interface ListenAddresses {
  /** The URL of the endpoint. */
  readonly url: string
  /** The URL of the app, without its password, if deliveries are forwarded. */
  readonly forward?: string
  /** The folder, if deliveries are saved. */
  readonly save?: string
  /** The URL of the page, if there is one. */
  readonly page?: string
}

/** Reports a run. */
export interface ListenReport {
  start(addresses: ListenAddresses): void
  delivery(delivery: ListenedDelivery): void
  /** A request to another path than that of the endpoint. */
  elsewhere(method: string, path: string, expected: string): void
  /** Something that went wrong beside the deliveries. */
  problem(text: string): void
  /** Reports the summary. */
  end(): void
}
