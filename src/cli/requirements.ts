/** What commands require of their arguments beyond the types of the options. */

import { UsageError } from './errors.js'
import { parseHttpUrl } from './http-url.js'
import type { Surroundings } from './surroundings.js'

/** The secret, from the option or the environment. Throws UsageError. */
export function requireSecret(option: string | undefined, { env }: Surroundings): string {
  const secret = option ?? env['TRUEDY_WEBHOOK_SECRET']
  if (secret) return secret
  throw new UsageError(
    "No secret. Set TRUEDY_WEBHOOK_SECRET to the endpoint's secret as Truedy's dashboard shows it, or give --secret.",
  )
}

/** The other secrets that may have signed. Throws UsageError, which never repeats them. */
export function requireOtherSecrets(secrets: readonly string[], command: string): readonly string[] {
  // Checked at the start: the first delivery that is diagnosed could be anyone's.
  if (!secrets.includes('')) return secrets
  throw new UsageError('--other-secret is empty: is the variable set that it comes from?', command)
}

/** The operand that is a URL, with http:// or https://. Throws UsageError. */
export function requireUrl(text: string | undefined, command: string): URL {
  if (text === undefined) {
    throw new UsageError('Where to? Give the URL of the endpoint.', command)
  }
  const url = parseHttpUrl(text)
  if (url) return url
  throw new UsageError(
    `"${text}" is no URL that can be sent to. It begins with http:// or https://, as http://127.0.0.1:3000/webhooks/truedy does.`,
    command,
  )
}

/** Throws UsageError if there are operands. */
export function requireNoOperands(operands: readonly string[], command: string): void {
  if (operands[0] !== undefined) throw new UsageError(`What is "${operands[0]}" for?`, command)
}
