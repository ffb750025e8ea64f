/** Formats the output of `--help` from the declarations of the commands and their options. */

import type { Command } from './command.js'
import { flagOf, type Option, type OptionTable } from './options.js'
import type { Surroundings } from './surroundings.js'
import { paintFor } from './terminal/paint.js'
import { wrap, wrapLabeled } from './terminal/wrap.js'

/** The maximum width of the help, because long lines are hard to read. */
const MAX_COLUMNS = 110

/** Returns the help of the program. */
export function programHelp(
  commands: Readonly<Record<string, { summary: string }>>,
  surroundings: Surroundings,
): string {
  const paint = paintFor(surroundings)
  const columns = columnsFor(surroundings)
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const)
  return lines([
    ...wrap("truedy-webhooks receives, sends, checks and verifies Truedy's webhooks.", columns),
    '',
    paint.bold('Usage: npx truedy-webhooks COMMAND [OPTIONS]'),
    '',
    paint.bold('Commands'),
    ...tableLines(rows, columns),
    '',
    ...wrap(
      'To see the options and examples of a command, run npx truedy-webhooks COMMAND --help. The secret comes from TRUEDY_WEBHOOK_SECRET or --secret and is never printed.',
      columns,
    ),
  ])
}

/** Returns the help of a command. */
export function commandHelp(command: Command, surroundings: Surroundings): string {
  const paint = paintFor(surroundings)
  const columns = columnsFor(surroundings)
  const options = Object.entries(command.options).map(
    ([name, option]) => [optionUsage(name, option), optionHelp(option)] as const,
  )
  return lines([
    ...usageLines(command, columns).map(paint.bold),
    '',
    ...wrap(command.summary, columns),
    '',
    paint.bold('Options'),
    ...tableLines(options, columns),
    '',
    paint.bold('Examples'),
    ...command.examples.flatMap((example) => exampleLines(example, columns)),
    '',
    paint.bold('Exit codes'),
    ...tableLines(Object.entries(command.exitCodes), columns),
  ])
}

/** `Usage: npx truedy-webhooks verify --body FILE [OPTIONS]` */
function usageLines({ name, operands, options }: Command, columns: number): string[] {
  const required = requiredOptions(options).map(([option, declared]) => optionUsage(option, declared))
  const text = ['npx truedy-webhooks', name, operands, ...required, '[OPTIONS]'].filter(Boolean).join(' ')
  return wrapLabeled('Usage: ', text, 'Usage: '.length, columns)
}

function requiredOptions(options: OptionTable): [string, Option][] {
  return Object.entries(options).filter(([, option]) => 'isRequired' in option && option.isRequired)
}

/** `--port PORT` */
function optionUsage(name: string, option: Option): string {
  const flag = `--${flagOf(name)}`
  return option.type === 'switch' ? flag : `${flag} ${option.value}`
}

/** Returns the purpose of an option, its values and its default. */
function optionHelp(option: Option): string {
  if (option.type === 'list') return `${option.help}; can be repeated`
  if (option.type === 'choice') return `${option.help} ${option.choices.join(', ')}`
  return 'default' in option ? `${option.help} (default ${option.default})` : option.help
}

/** Formats two columns, and wraps the right one. */
function tableLines(rows: readonly (readonly [left: string, right: string])[], columns: number): string[] {
  const left = Math.max(...rows.map(([text]) => text.length))
  const indent = left + 4
  return rows.flatMap(([name, text]) => {
    return wrapLabeled(`  ${name}`, text, indent, columns)
  })
}

/** Wraps a command line, with a backslash at each line break, as a shell requires. */
function exampleLines(example: string, columns: number): string[] {
  const [first = '', ...others] = wrap(example, columns - '      '.length - ' \\'.length)
  return [`  ${first}`, ...others.map((line) => `      ${line}`)].map((line, index, all) =>
    index < all.length - 1 ? `${line} \\` : line,
  )
}

function columnsFor({ columns }: Surroundings): number {
  return Math.min(columns, MAX_COLUMNS)
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`
}
