/** What a step says when it takes too long. */

import { expect, it } from 'vitest'
import { withTimeout } from '../../../src/dedupe/steps.js'

const hangs = () => new Promise<never>(() => {})

it.each([
  [20, 'queue.add did not finish within 20 ms.'],
  [0.2, 'queue.add did not finish within 1 ms.'],
  [0, 'queue.add had no time left.'],
  [-5, 'queue.add had no time left.'],
])('rejects a step that hangs, with %s ms left', async (timeoutMs, message) => {
  await expect(withTimeout('queue.add', timeoutMs, hangs)).rejects.toMatchObject({
    code: 'step_timeout',
    message: expect.stringContaining(message),
  })
})
