/** What a command sees of the world: two streams, the environment, and whether someone wants it to end. */

/** All that a command may touch of the process that it runs in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether a person reads the output: colours, and lines that are written over. */
  readonly isTerminal: boolean
  /** Aborted by Ctrl-C, once: the command ends in order and prints its summary. */
  readonly interrupted: AbortSignal
  /** Writes to the standard output. */
  print(text: string): void
  /** Writes to the standard error: what is about the run and not its result. */
  warn(text: string): void
  /** All of the standard input. */
  readInput(): Promise<Uint8Array>
}

/** The surroundings of a real process. */
export function processSurroundings(): Surroundings {
  const controller = new AbortController()
  // Once: a second Ctrl-C ends the process as if nobody listened.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  // `| head` closes the pipe: that is no error of ours, but there is nobody to print for any more.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  return {
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    interrupted: controller.signal,
    print: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
    async readInput() {
      const chunks: Uint8Array[] = []
      for await (const chunk of process.stdin) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
  }
}
