/** Indents JSON for reading. */

/** Strings, numbers and words whole; empty brackets in one piece; no white space between tokens. */
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[[\]{},:]|[^\s[\]{},:"]+/g
const EMPTY_BRACKETS = /^([[{])\s*([\]}])$/

/** Indents make a payload of Truedy's two or three times longer. Deep nesting can make it a thousand times longer. */
const MAX_GROWTH = 10
/** Short JSON may grow more. */
const ALWAYS_SHOWN = 1_000_000

/**
 * JSON with line breaks and indents, and every token as received: `1.0`, `1e-07` and twenty digits stay what they are.
 * `undefined` if the text is not JSON, or would be too long to be shown.
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
    // Not JSON, or more than the engine's parsers have room for.
    return undefined
  }
}
