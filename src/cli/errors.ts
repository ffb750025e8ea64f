/** Errors that a person at a terminal can do something about. */

/** The command line was wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The command whose help would tell more. */
  readonly command: string | undefined

  constructor(message: string, command?: string) {
    super(message)
    this.command = command
  }
}

/** What is outside of the program stands in the way (a port in use, a file that is not there): exit code 1. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}
