/** As much of an assertion library as every runtime has: none. */

/** Throws unless both say the same as JSON; what JSON does not say (`undefined`, types) is not compared. */
export function equal(actual, expected, what) {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value))
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`)
}

/** The code of the `WebhookError` that something throws or rejects with. */
export async function codeOf(run) {
  try {
    await run()
  } catch (error) {
    return error?.code ?? `not a WebhookError: ${error}`
  }
  return 'nothing thrown'
}
