/** The payload of a delivery, indented or as received. */

import type { DeliveryDetails } from '../delivery-details.js'
import { make, makeHint } from './dom.js'

/** Characters of a payload that are shown at first. More take time, and Truedy's payloads have a few thousand. */
const MAX_SHOWN_AT_FIRST = 30_000

/** The section with the payload. */
export function makePayloadSection({ body, isText, isWhole }: DeliveryDetails): HTMLElement {
  const indented = indentedJson(body)
  const text = make('pre', { tabIndex: 0 })
  text.setAttribute('aria-label', 'Payload')
  const title = make('div', { className: 'titled' }, make('h3', { textContent: 'Payload' }))
  const all = make('button', { type: 'button', className: 'plain', textContent: 'Show all' })
  const notes = [
    ...(isWhole ? [] : ['Only the beginning is here.']),
    ...(isText ? [] : ['The bytes are not UTF-8: where they are none, \ufffd stands for them.']),
  ]
  let isRaw = indented === undefined
  let limit = MAX_SHOWN_AT_FIRST
  const show = () => {
    const full = isRaw ? body : (indented ?? body)
    text.textContent = full.length > limit ? `${full.slice(0, limit)}…` : full
    // A megabyte of characters that no font has would stop the page for a minute.
    all.hidden = full.length <= limit || !isText
  }
  all.onclick = () => {
    limit = Number.POSITIVE_INFINITY
    show()
    text.focus()
  }
  if (indented !== undefined) {
    const raw = make('button', { type: 'button', className: 'plain', textContent: 'Raw' })
    raw.setAttribute('aria-pressed', 'false')
    raw.onclick = () => {
      isRaw = !isRaw
      raw.setAttribute('aria-pressed', String(isRaw))
      show()
    }
    title.append(raw)
  }
  show()
  title.append(all)
  return make('section', {}, title, text, ...notes.map(makeHint))
}

/** Strings, numbers and words whole; empty brackets in one piece; no white space between tokens. */
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[[\]{},:]|[^\s[\]{},:"]+/g
const EMPTY_BRACKETS = /^([[{])\s*([\]}])$/

/**
 * JSON with line breaks and indents, and every token as received: `1.0`, `1e-07` and twenty digits stay what they are.
 * `undefined` if the text is not JSON.
 */
function indentedJson(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  let depth = 0
  const newLine = () => `\n${'  '.repeat(depth)}`
  const tokens = text.match(JSON_TOKEN) ?? []
  return tokens
    .map((token) => {
      const [, opening, closing] = EMPTY_BRACKETS.exec(token) ?? []
      if (opening && closing) return opening + closing
      if (token === '{' || token === '[') {
        depth += 1
        return token + newLine()
      }
      if (token === '}' || token === ']') {
        depth -= 1
        return newLine() + token
      }
      if (token === ',') return token + newLine()
      return token === ':' ? ': ' : token
    })
    .join('')
}
