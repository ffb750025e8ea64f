/** Limits the cost of a diagnosis. The sender of a body decides how much there is to try, so the work is counted and ends. */

/** Counts the work of one diagnosis. Every method answers whether that work may be done; if not, it is noted as left out. */
export interface Budget {
  /** Asks to hash that many bytes, and counts them if it may be done. */
  canHash(bytes: number): boolean
  /** Asks to build that many bytes, going through that many JSON values, and counts them if it may be done. */
  canBuild(bytes: number, values?: number): boolean
  /** Notes something that is not tried, for a reason of its own. */
  leaveOut(reason: string): void
  /** Why something was not tried; `undefined` if everything was. */
  readonly leftOut: string | undefined
  /** The work so far. */
  readonly spent: { readonly hashed: number; readonly built: number; readonly values: number }
}

const MIB = 1_048_576

/** The least that is always done, however slow the machine: enough to try everything on a body of 100 kB. */
const GUARANTEED_WORK = 64 * MIB
/** The time limit for a diagnosis that needs more than the guaranteed work. */
const MAX_MS = 70
/** Ends a diagnosis on Cloudflare Workers, where the clock doesn't advance while a program computes. */
const MAX_WORK = 512 * MIB
/** What one JSON value costs to write, on top of its bytes. The unit is the cost of hashing one byte. */
const WORK_PER_VALUE = 96
/** The cost of building a byte, in bytes hashed. */
const WORK_PER_BUILT_BYTE = 2
/** The largest piece that is built. It must fit into memory beside the body and what was read from it. */
const MAX_BUILT_AT_ONCE = 4 * MIB

/**
 * Opens a budget.
 *
 * @param now - milliseconds of any clock that runs forward
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
    leaveOut('the body is too large to try more in a tenth of a second')
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
