import type { Surroundings } from '../../../src/cli/surroundings.js'

/** Surroundings of a command in a test: what it prints is kept, and Ctrl-C is a function. */
export interface TestSurroundings extends Surroundings {
  readonly stdout: () => string
  readonly stderr: () => string
  interrupt(): void
}

export function testSurroundings(changes: Partial<Surroundings> = {}): TestSurroundings {
  const controller = new AbortController()
  let stdout = ''
  let stderr = ''
  return {
    env: { TRUEDY_WEBHOOK_SECRET: 'whsec_cli', BROWSER: 'none' },
    isTerminal: false,
    interrupted: controller.signal,
    print: (text) => {
      stdout += text
    },
    warn: (text) => {
      stderr += text
    },
    readInput: async () => new Uint8Array(),
    ...changes,
    stdout: () => stdout,
    stderr: () => stderr,
    interrupt: () => controller.abort(),
  }
}
