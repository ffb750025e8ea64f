/** How a run of `listen` is reported: as text for people, or as JSON for scripts. */

import type { ListenedDelivery } from './listened-delivery.js'

/** Where it listens. */
export interface ListenAddresses {
  /** The URL of the endpoint. */
  readonly url: string
  /** The URL of the page, if there is one. */
  readonly page?: string
}

/** Reports a run. */
export interface ListenReport {
  start(addresses: ListenAddresses): void
  delivery(delivery: ListenedDelivery): void
  /** A request to another path than that of the endpoint. */
  elsewhere(method: string, path: string, expected: string): void
  /** Reports the summary. */
  end(): void
}
