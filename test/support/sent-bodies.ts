/** The bodies that a test sends, as the receiver gets them. */

import { vi } from 'vitest'

/** Runs a function, and returns its result with the bodies that it sent with `fetch`. */
export async function withSentBodies<Result>(
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly bodies: readonly string[] }> {
  const fetched = vi.spyOn(globalThis, 'fetch')
  try {
    const result = await run()
    return { result, bodies: fetched.mock.calls.map(([, init]) => String(init?.body)) }
  } finally {
    fetched.mockRestore()
  }
}
