/** Shows the payload of a delivery, indented or as received. */

import type { DeliveryDetails } from '../delivery-details.js'
import { make, makeHint } from './dom.js'
import { indentJson } from './indent-json.js'

/** The maximum length of a payload that is shown at first. Longer ones take time; Truedy's have a few thousand characters. */
const MAX_SHOWN_AT_FIRST = 30_000

/** Creates the section with the payload. */
export function makePayloadSection({ body, isText, isWhole }: DeliveryDetails): HTMLElement {
  const indented = indentJson(body)
  const text = make('pre', { tabIndex: 0 })
  text.setAttribute('aria-label', 'Payload')
  const title = make('div', { className: 'titled' }, make('h3', { textContent: 'Payload' }))
  const all = make('button', { type: 'button', className: 'plain', textContent: 'Show all' })
  const notes = [
    ...(isWhole ? [] : ['This is only the beginning of the body.']),
    ...(isText ? [] : ['The body is not UTF-8. Each \ufffd stands for invalid bytes.']),
  ]
  let isRaw = indented === undefined
  let limit = MAX_SHOWN_AT_FIRST
  const show = () => {
    const full = isRaw ? body : (indented ?? body)
    text.textContent = full.length > limit ? `${full.slice(0, limit)}…` : full
    // A browser takes a minute to show a megabyte of characters that no font has.
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
