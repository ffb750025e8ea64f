/** Waits, and ends all waits on Ctrl-C. */

/** The waits of one run. */
export interface Waiting {
  /** True if the run is interrupted. All waits have then ended, and a new one ends at once. */
  readonly isInterrupted: boolean
  /** Waits for a number of milliseconds. Resolves with `false` if the run is interrupted before that. */
  wait(ms: number): Promise<boolean>
}

/**
 * Creates waits that end together.
 *
 * @param interrupted - aborted when the run must end
 */
export function createWaiting(interrupted: AbortSignal): Waiting {
  // One listener for thousands of waits, because Node warns that many listeners may be a leak.
  const endings = new Set<() => void>()
  interrupted.addEventListener('abort', () => {
    for (const end of endings) end()
  })
  return {
    get isInterrupted() {
      return interrupted.aborted
    },
    wait(ms) {
      if (interrupted.aborted) return Promise.resolve(false)
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer)
          endings.delete(end)
          resolve(!interrupted.aborted)
        }
        const timer = setTimeout(end, ms)
        endings.add(end)
      })
    },
  }
}
