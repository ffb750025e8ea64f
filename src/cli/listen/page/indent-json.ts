/** Indents JSON for reading. */

/** A string, number or word; empty brackets as one token; or punctuation. Skips white space between tokens. */
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[[\]{},:]|[^\s[\]{},:"]+/g
const EMPTY_BRACKETS = /^([[{])\s*([\]}])$/

/** Indents make one of Truedy's payloads two or three times longer, but deeply nested JSON a thousand times. */
const MAX_GROWTH = 10
/** {@link MAX_GROWTH} doesn't apply to a result of up to this many characters. */
const ALWAYS_SHOWN = 1_000_000

/**
 * Adds line breaks and indents to JSON, and keeps every token as received, such as `1.0`, `1e-07` or a number of twenty digits.
 * Returns `undefined` if the text isn't JSON, or would become too long to show.
 */
export function indentJson(text: string): string | undefined {
  const maxLength = Math.max(MAX_GROWTH * text.length, ALWAYS_SHOWN)
  let depth = 0
  let length = 0
  const parts: string[] = []
  const add = (part: string) => {
    length += part.length
    parts.push(part)
  }
  const newLine = () => `\n${'  '.repeat(depth)}`
  try {
    JSON.parse(text)
    for (const token of text.match(JSON_TOKEN) ?? []) {
      const [, opening, closing] = EMPTY_BRACKETS.exec(token) ?? []
      if (opening && closing) add(opening + closing)
      else if (token === '{' || token === '[') {
        depth += 1
        add(token + newLine())
      } else if (token === '}' || token === ']') {
        depth -= 1
        add(newLine() + token)
      } else if (token === ',') add(token + newLine())
      else add(token === ':' ? ': ' : token)
      if (length > maxLength) return undefined
    }
    return parts.join('')
  } catch {
    // The text isn't JSON, or is too large for the engine's parsers.
    return undefined
  }
}
