/** Checks the arguments of commands beyond the types of the options. */

import { UsageError } from './errors.js'
import { maskUrlText, parseHttpUrl } from './http-url.js'
import type { Surroundings } from './surroundings.js'

/** Returns the secret, from the option or the environment. Throws UsageError if there is none. */
export function requireSecret(option: string | undefined, { env }: Surroundings, command: string): string {
  const secret = option ?? env['TRUEDY_WEBHOOK_SECRET']
  if (secret) return secret
  throw new UsageError(
    "The secret is missing. Set TRUEDY_WEBHOOK_SECRET to the endpoint's secret as Truedy's dashboard shows it, or pass --secret.",
    command,
  )
}

/** Returns the other secrets that may have signed. Throws UsageError if one is empty. */
export function requireOtherSecrets(secrets: readonly string[], command: string): readonly string[] {
  // Checked at the start. Otherwise, the first diagnosis would throw, and any sender can trigger a diagnosis.
  if (!secrets.includes('')) return secrets
  throw new UsageError('--other-secret is empty. Set the variable that it comes from.', command)
}

/** Returns the operand that is a URL with http:// or https://. Throws UsageError. */
export function requireUrl(text: string | undefined, command: string): URL {
  if (text === undefined) {
    throw new UsageError('The URL is missing. Pass the URL of your endpoint.', command)
  }
  return requireHttpUrl(text, 'The URL', command)
}

/** Parses a URL with http:// or https://. Throws UsageError, which shows no password. */
export function requireHttpUrl(text: string, name: string, command: string): URL {
  const url = parseHttpUrl(text)
  if (url) return url
  throw new UsageError(
    `${name} must be valid and start with http:// or https:// (got "${maskUrlText(text)}"). An example is http://127.0.0.1:3000/webhooks/truedy.`,
    command,
  )
}

/** Throws UsageError if there are more operands than the command declares, such as `URL [EVENT]`. */
export function requireNoMoreOperands(
  operands: readonly string[],
  { name, operands: declared }: { readonly name: string; readonly operands: string },
): void {
  const names = declared.match(/[A-Z]+/g) ?? []
  const more = operands.slice(names.length)
  if (more.length === 0) return
  const known = names.length > 0 ? names.join(' and ') : 'options'
  throw new UsageError(`${name} takes only ${known}. Remove "${more.join(' ')}".`, name)
}
