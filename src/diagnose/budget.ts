/** Limits the cost of a diagnosis. The body decides how much there is to try, and anyone can send one, so all work is counted. */

/** Counts the work of one diagnosis. `canHash` and `canBuild` tell whether that work may be done; if not, they note it as left out. */
export interface Budget {
  /** Asks to hash this many bytes, and counts them if allowed. */
  canHash(bytes: number): boolean
  /** Asks to build this many bytes from this many JSON values, and counts both if allowed. */
  canBuild(bytes: number, values?: number): boolean
  /** Notes why something is not tried. Only the first reason is kept. */
  leaveOut(reason: string): void
  /** The first reason why something was not tried; `undefined` if everything was. */
  readonly leftOut: string | undefined
  /** The work so far. */
  readonly spent: { readonly hashed: number; readonly built: number; readonly values: number }
}

const MIB = 1_048_576

/** The work that is always allowed, however slow the machine: enough to try everything on a body of 100 kB. */
const GUARANTEED_WORK = 64 * MIB
/** The time after which no more than the guaranteed work is allowed. */
const MAX_MS = 70
/** The most work that is ever allowed. It matters on Cloudflare Workers, where the clock doesn't advance during a computation. */
const MAX_WORK = 512 * MIB
/** The cost of writing one JSON value, on top of its bytes, in bytes hashed. */
const WORK_PER_VALUE = 96
/** The cost of building a byte, in bytes hashed. */
const WORK_PER_BUILT_BYTE = 2
/** The largest piece that may be built. It must fit into memory beside the body and the parsed body. */
const MAX_BUILT_AT_ONCE = 4 * MIB

/**
 * Creates a budget. Its time starts now.
 *
 * @param now - a clock that never goes back, in milliseconds
 */
export function createBudget(now: () => number = () => performance.now()): Budget {
  const began = now()
  const spent = { hashed: 0, built: 0, values: 0 }
  let leftOut: string | undefined

  function leaveOut(reason: string): void {
    leftOut ??= reason
  }

  function hasWorkLeft(): boolean {
    const work = spent.hashed + WORK_PER_BUILT_BYTE * spent.built + WORK_PER_VALUE * spent.values
    if (work <= GUARANTEED_WORK || (work <= MAX_WORK && now() - began <= MAX_MS)) return true
    leaveOut('the body is too large to try everything within the time limit')
    return false
  }

  return {
    canHash(bytes) {
      if (!hasWorkLeft()) return false
      spent.hashed += bytes
      return true
    },
    canBuild(bytes, values = 0) {
      if (bytes > MAX_BUILT_AT_ONCE) {
        leaveOut('some forms of the body would be larger than 4 MiB')
        return false
      }
      if (!hasWorkLeft()) return false
      spent.built += bytes
      spent.values += values
      return true
    },
    leaveOut,
    get leftOut() {
      return leftOut
    },
    spent,
  }
}
