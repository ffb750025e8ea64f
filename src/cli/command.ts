/** Defines commands. */

import { type Arguments, readArguments } from './arguments.js'
import { COMMON_OPTIONS } from './common-options.js'
import type { OptionTable } from './options.js'
import { requireNoMoreOperands } from './requirements.js'
import type { Surroundings } from './surroundings.js'

/** The parts of a command that its help shows. */
interface CommandHelp<Table extends OptionTable> {
  readonly name: string
  /** What the command does: the first lines of the help. */
  readonly summary: string
  /** The positional arguments: `"URL [EVENT]"`. */
  readonly operands: string
  readonly options: Table
  /** Complete command lines. */
  readonly examples: readonly string[]
  /** The meaning of each exit code. */
  readonly exitCodes: Readonly<Record<number, string>>
}

/** One command of the command line. */
export interface Command extends CommandHelp<OptionTable> {
  /** Runs the command. Resolves with the exit code; rejects with a UsageError if the arguments are wrong. */
  run(argv: readonly string[], surroundings: Surroundings): Promise<number>
}

/** The arguments of a command with these options, the common ones included. */
export type CommandArguments<Table extends OptionTable> = Arguments<Table & typeof COMMON_OPTIONS>

/** The declaration of a command, without the common options. Its `run` gets parsed arguments. */
export interface CommandDeclaration<Table extends OptionTable> extends CommandHelp<Table> {
  /** Resolves with the exit code. */
  run(args: CommandArguments<Table>, surroundings: Surroundings): Promise<number>
}

/** Creates a command from its declaration. */
export function defineCommand<const Table extends OptionTable>(
  declaration: CommandDeclaration<Table>,
): Command {
  const options = { ...declaration.options, ...COMMON_OPTIONS }
  return {
    ...declaration,
    options,
    // This function is asynchronous, so a UsageError about the arguments rejects its promise, like any other error.
    run: async (argv, surroundings) => {
      const args = readArguments(declaration.name, options, argv)
      requireNoMoreOperands(args.operands, declaration)
      return declaration.run(args, surroundings)
    },
  }
}
