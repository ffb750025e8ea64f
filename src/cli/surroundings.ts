/** The part of the process that a command sees: its streams, its environment, and Ctrl-C. */

/** Everything that a command may use of its process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** True if the output is a terminal. Only then does it have colors, and a line that shows progress. */
  readonly isTerminal: boolean
  /** The width of the terminal now, in columns: it changes when someone resizes the window. 80 if the output is no terminal. */
  readonly columns: number
  /** Aborted by the first Ctrl-C: the command prints its summary and stops. */
  readonly interrupted: AbortSignal
  /** Writes to standard output. */
  print(text: string): void
  /** Writes to standard error: what is about the run and not part of its result. */
  warn(text: string): void
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>
}

/** The width of a terminal that doesn't tell, and of a pipe or file. */
const DEFAULT_COLUMNS = 80

/** The surroundings of a real process. */
export function processSurroundings(): Surroundings {
  const controller = new AbortController()
  // Once, so that a second Ctrl-C kills the process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  // `| head` closes the pipe. That is no error, but nobody reads the rest.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  return {
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    get columns() {
      // Some terminals say 0.
      return process.stdout.columns || DEFAULT_COLUMNS
    },
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
