/** Errors that the person at the terminal can fix. */

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The command whose help says more. */
  readonly command: string | undefined

  constructor(message: string, command?: string) {
    super(message)
    this.command = command
  }
}

/** Something outside the program prevents the run, such as a port in use or a missing file: exit code 1. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}
