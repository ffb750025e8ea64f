/** Defines the report of a run of `listen`: text for people, or JSON for scripts. */

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
  /** Reports a request to a path that isn't the endpoint's. */
  elsewhere(method: string, path: string, expected: string): void
  /** Reports why a delivery could not be saved. */
  problem(text: string): void
  /** Reports the summary. */
  end(): void
}
