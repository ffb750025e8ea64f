/** The requirements of commands for their arguments, beyond the types of the options. */

import { UsageError } from './errors.js'
import { maskUrlText, parseHttpUrl } from './http-url.js'
import type { Surroundings } from './surroundings.js'

/** The secret, from the option or the environment. Throws UsageError. */
export function requireSecret(option: string | undefined, { env }: Surroundings): string {
  const secret = option ?? env['TRUEDY_WEBHOOK_SECRET']
  if (secret) return secret
  throw new UsageError(
    "The secret is missing. Set TRUEDY_WEBHOOK_SECRET to the endpoint's secret as Truedy's dashboard shows it, or pass --secret.",
  )
}

/** The other secrets that may have signed. Throws UsageError, which never repeats them. */
export function requireOtherSecrets(secrets: readonly string[], command: string): readonly string[] {
  // Checked at the start: otherwise the error would come with the first diagnosis, which anyone can trigger.
  if (!secrets.includes('')) return secrets
  throw new UsageError('--other-secret is empty. Set the variable that it comes from.', command)
}

/** The operand that is a URL, with http:// or https://. Throws UsageError. */
export function requireUrl(text: string | undefined, command: string): URL {
  if (text === undefined) {
    throw new UsageError('The URL is missing. Pass the URL of your endpoint.', command)
  }
  return requireHttpUrl(text, 'The URL', command)
}

/** A text that is a URL with http:// or https://. Throws UsageError, which repeats no password. */
export function requireHttpUrl(text: string, name: string, command: string): URL {
  const url = parseHttpUrl(text)
  if (url) return url
  throw new UsageError(
    `${name} must start with http:// or https:// (got "${maskUrlText(text)}"). An example is http://127.0.0.1:3000/webhooks/truedy.`,
    command,
  )
}

/** Throws UsageError if there are operands. */
export function requireNoOperands(operands: readonly string[], command: string): void {
  if (operands[0] === undefined) return
  throw new UsageError(`${command} takes options only (got "${operands[0]}"). Remove it.`, command)
}
