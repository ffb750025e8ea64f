/** Waiting that Ctrl-C ends. */

/** Waits of one run. */
export interface Waiting {
  /** Whether the run was interrupted: every wait has ended, and no new one lasts. */
  readonly isInterrupted: boolean
  /** Waits for so many milliseconds. Resolves with false where the run was interrupted before. */
  wait(ms: number): Promise<boolean>
}

/**
 * Waits that end together.
 *
 * @param interrupted - aborted when the run shall end
 */
export function createWaiting(interrupted: AbortSignal): Waiting {
  // One listener for thousands of waits, of which Node would warn as of a leak.
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
