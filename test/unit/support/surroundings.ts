import type { Surroundings } from '../../../src/cli/surroundings.js'
import { sign } from './delivery.js'

/** The secret in the environment of {@link testSurroundings}. */
export const CLI_SECRET = 'whsec_cli'

/** The options of `verify` for a request that signs this body. */
export function captured(
  body: string,
  { secret = CLI_SECRET, timestamp = String(Math.floor(Date.now() / 1000)) } = {},
): string[] {
  return ['--timestamp', timestamp, '--signature', sign(body, timestamp, secret)]
}

/** Surroundings of a command in a test: they keep what the command prints, and `interrupt` acts as Ctrl-C. */
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
    env: { TRUEDY_WEBHOOK_SECRET: CLI_SECRET, BROWSER: 'none' },
    isTerminal: false,
    columns: 80,
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
