/** Gives a command the parts of the process that it may use: streams, environment, and Ctrl-C. */

/** The parts of the process that a command may use. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** True if the output is a terminal. Only then are there colors and a progress line. */
  readonly isTerminal: boolean
  /** The current width of the terminal in columns, which changes when the window is resized. 80 if the output isn't a terminal. */
  readonly columns: number
  /** Aborted by the first Ctrl-C or SIGTERM. The command then prints its summary and stops. */
  readonly interrupted: AbortSignal
  /** Writes to standard output. */
  print(text: string): void
  /** Writes to standard error: messages about the run that aren't part of its result. */
  warn(text: string): void
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>
}

/** The width of a pipe or file, and of a terminal that doesn't report its width. */
const DEFAULT_COLUMNS = 80

/** Returns the surroundings of the running process. */
export function processSurroundings(): Surroundings {
  const controller = new AbortController()
  // `once`, so that a second Ctrl-C kills the process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  // `| head` closes the pipe. That isn't an error, but nobody reads the rest.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  return {
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    get columns() {
      // Some terminals report 0.
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
