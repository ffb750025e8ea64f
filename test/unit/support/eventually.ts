/** Waits for what must happen, however long a busy machine takes. */

import { setTimeout as delay } from 'node:timers/promises'

/** About ten seconds on a quiet machine. */
const MAX_TRIES = 5000

/**
 * Tries until an attempt succeeds.
 *
 * It counts attempts instead of seconds, so that a busy machine gets more time. The waits are real, even if the timers
 * of the test are not.
 *
 * @returns what the attempt returned; throws its last error if it never succeeds
 */
export async function eventually<Value>(attempt: () => Value | Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === MAX_TRIES) throw error
      await delay(2)
    }
  }
}
