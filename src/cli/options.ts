/**
 * Declares options. One table has the name, type, default, range and help of each option. The help, the validation and the
 * types of the values all come from it.
 */

/** An option without a value. */
export interface SwitchOption {
  readonly type: 'switch'
  readonly help: string
}

/** An option whose value is a string. It may be given only once. */
export interface TextOption {
  readonly type: 'text'
  /** The name of the value in the help: `"FILE"`. */
  readonly value: string
  readonly default?: string
  /** True if the command requires the option. The usage line then shows it. */
  readonly isRequired?: true
  readonly help: string
}

/** An option that can be repeated. Its value is a list of strings. */
export interface ListOption {
  readonly type: 'list'
  readonly value: string
  readonly help: string
}

/** An option whose value is a number from `min` to `max`. */
export interface NumberOption {
  readonly type: 'number'
  readonly value: string
  readonly min: number
  readonly max: number
  readonly isWhole?: boolean
  readonly default?: number
  readonly help: string
}

/** An option whose value is one of several names. */
export interface ChoiceOption {
  readonly type: 'choice'
  readonly value: string
  /** The noun for a name in the error message: `"scenario"`. */
  readonly noun: string
  readonly choices: readonly string[]
  readonly help: string
}

/** The declaration of an option. */
export type Option = SwitchOption | TextOption | ListOption | NumberOption | ChoiceOption

/** The options of a command by name. `otherSecret` is `--other-secret` on the command line. */
export type OptionTable = Readonly<Record<string, Option>>

/** The type of an option's value. */
export type OptionValue<Declared extends Option> = Declared extends SwitchOption
  ? boolean
  : Declared extends ListOption
    ? readonly string[]
    : Declared extends ChoiceOption
      ? Declared['choices'][number] | undefined
      : Declared extends NumberOption
        ? number | Absent<Declared>
        : string | Absent<Declared>

/** `undefined`, unless there is a default. */
type Absent<Declared extends Option> = Declared extends { readonly default: unknown } ? never : undefined

/** Returns the name of an option on the command line, without the dashes. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
