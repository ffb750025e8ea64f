/** Parses a command line with the options that its command declares. */

import { parseArgs } from 'node:util'
import { didYouMean } from '../did-you-mean.js'
import { requireOneOf } from './choices.js'
import { UsageError } from './errors.js'
import { flagOf, type NumberOption, type Option, type OptionTable, type OptionValue } from './options.js'

/** The arguments of one run: the value of each option under its name, and the operands. */
export type Arguments<Table extends OptionTable> = {
  readonly [Name in keyof Table]: OptionValue<Table[Name]>
} & {
  readonly operands: readonly string[]
  /** The options that were given on the command line. An option that was not given can still have a value: its default. */
  readonly given: ReadonlySet<keyof Table>
}

/**
 * Reads the arguments of a command.
 *
 * @param command - its name, for messages
 * @throws UsageError
 */
export function readArguments<Table extends OptionTable>(
  command: string,
  table: Table,
  argv: readonly string[],
): Arguments<Table> {
  const { operands, texts } = readTexts(command, table, argv)
  const values = Object.entries(table).map(([name, option]) => [
    name,
    readValue(option, texts.get(name) ?? [], `--${flagOf(name)}`, command),
  ])
  // This type is right, because `readValue` returns what `OptionValue` says for each type of option. `Object.entries` loses that.
  return { ...Object.fromEntries(values), operands, given: new Set(texts.keys()) } as Arguments<Table>
}

/** Collects the strings given for each option, in order. Each use of a switch counts as an empty string. */
function readTexts(command: string, table: OptionTable, argv: readonly string[]) {
  const declared = new Map(Object.entries(table).map(([name, option]) => [flagOf(name), { name, option }]))
  const options: Record<string, { type: 'string' | 'boolean' }> = {}
  for (const [flag, { option }] of declared) {
    options[flag] = { type: option.type === 'switch' ? 'boolean' : 'string' }
  }
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options,
  })

  const operands: string[] = []
  const texts = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const found = declared.get(token.name)
    if (!found) {
      const hint = didYouMean(token.name, [...declared.keys()], (flag) => `--${flag}`)
      throw new UsageError(
        `${command} has no option ${token.rawName}.${hint || ' See its options with --help.'}`,
        command,
      )
    }
    const { name, option } = found
    if (option.type === 'switch') {
      if (token.value !== undefined)
        throw new UsageError(`--${token.name} takes no value. Write only --${token.name}.`, command)
    } else if (token.value === undefined || isOption(token.value, token.inlineValue)) {
      throw new UsageError(`--${token.name} needs a value. Write --${token.name} ${option.value}.`, command)
    }
    const before = texts.get(name) ?? []
    if (before.length > 0 && option.type !== 'switch' && option.type !== 'list') {
      throw new UsageError(`--${token.name} came twice. Write it once.`, command)
    }
    texts.set(name, [...before, token.value ?? ''])
  }
  return { operands, texts }
}

/** Tells whether the string after an option is the next option instead of a value. A lone `-` is a value: standard input. */
function isOption(text: string, isInline: boolean): boolean {
  return !isInline && text.startsWith('--')
}

/** Returns the value of an option, or its default. */
function readValue(option: Option, texts: readonly string[], flag: string, command: string) {
  const last = texts.at(-1)
  switch (option.type) {
    case 'switch':
      return last !== undefined
    case 'list':
      return texts
    case 'text':
      return last ?? option.default
    case 'number':
      return last === undefined ? option.default : requireNumber(last, option, flag, command)
    case 'choice':
      return last === undefined ? undefined : requireOneOf(option.noun, last, option.choices, command)
  }
}

function requireNumber(
  text: string,
  { min, max, isWhole = false }: NumberOption,
  flag: string,
  command: string,
): number {
  // `Number` reads blanks as 0.
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number
  throw new UsageError(
    `${flag} must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max} (got "${text}").`,
    command,
  )
}
