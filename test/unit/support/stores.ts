/** Stores that record their calls or fail, and promises that a test settles. */

import { type DedupeStore, memoryStore } from '../../../src/index.js'

/** A store that records its calls and their results. */
export function recording(store: DedupeStore = memoryStore()) {
  const steps: string[] = []
  const recorder: DedupeStore = {
    async claim(key, lease) {
      const found = await store.claim(key, lease)
      steps.push(`claim: ${found}`)
      return found
    },
    async renew(key, lease) {
      const renewed = await store.renew(key, lease)
      steps.push(`renew: ${renewed}`)
      return renewed
    },
    async complete(key, lease) {
      const done = await store.complete(key, lease)
      steps.push(`complete: ${done}`)
      return done
    },
    async release(key, lease) {
      const done = await store.release(key, lease)
      steps.push(`release: ${done}`)
      return done
    },
  }
  return { store: recorder, steps }
}

export function down(): never {
  throw new Error('store is down')
}

/** A promise that is settled from outside. */
export function deferred<Value>() {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
