/** A store that reports the results of the steps that end a lease, and does nothing else. */

import { report } from './report.mjs'

/**
 * @param {import('truedy-webhooks').DedupeStore} store
 * @returns {import('truedy-webhooks').DedupeStore}
 */
export function observed(store) {
  /**
   * @param {'complete' | 'release'} step
   * @param {string} key
   * @param {() => import('truedy-webhooks').Awaitable<boolean>} run
   */
  async function watch(step, key, run) {
    const { pid } = process
    try {
      const done = await run()
      report({ type: 'step', pid, step, key, result: done ? 'done' : 'rejected' })
      return done
    } catch (error) {
      report({ type: 'step', pid, step, key, result: 'failed' })
      throw error
    }
  }
  return {
    claim: (key, lease) => store.claim(key, lease),
    renew: (key, lease) => store.renew(key, lease),
    complete: (key, lease) => watch('complete', key, () => store.complete(key, lease)),
    release: (key, lease) => watch('release', key, () => store.release(key, lease)),
  }
}
