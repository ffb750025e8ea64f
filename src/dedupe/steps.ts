/** Calls to a store: a claim whose result can be relied on, and steps that may fail. */

import { WebhookError } from '../errors.js'
import { isText } from '../json.js'
import type { Awaitable, Claim, DedupeStore } from './store.js'

/**
 * Claims a key and checks what the store returned: a store that returns anything else must not count as "take it".
 *
 * @throws WebhookError `invalid_options`; what the store throws
 */
export async function claimKey(
  store: Pick<DedupeStore, 'claim'>,
  key: string,
  owner: string,
  leaseMs: number,
): Promise<Claim> {
  if (!isText(key)) throw new WebhookError('invalid_options', 'key must return text.')
  const found = await store.claim(key, { owner, leaseMs })
  if (found === 'claimed' || found === 'busy' || found === 'done') return found
  throw new WebhookError('invalid_options', "claim must return 'claimed', 'busy' or 'done'.")
}

/** 128 random bits. Joined, because Node builds a UUID as a tree of parts that takes three times the memory. */
export function newOwner(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

/**
 * Returns what a step of the store returned, or `undefined` if it failed. Retries after 50 ms, then after waits that
 * double, up to the longest.
 *
 * @param longestWaitMs - the longest wait between two tries, in milliseconds; 0 tries once
 */
export async function attempt<Value>(
  step: () => Awaitable<Value> | undefined,
  longestWaitMs = 0,
): Promise<Value | undefined> {
  for (let waitMs = 50; ; waitMs *= 2) {
    try {
      return await step()
    } catch {
      if (waitMs > longestWaitMs) return
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
