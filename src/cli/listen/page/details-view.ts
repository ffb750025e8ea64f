/** Shows the details of one delivery, beside the list. */

import type { DeliveryDetails } from '../delivery-details.js'
import type { AppLine, DeliveryLine } from '../delivery-line.js'
import { verdictOf } from '../verdict.js'
import { focusTarget } from './delivery-list.js'
import type { DeliveryRow } from './delivery-row.js'
import { byId, make, makeHint, makeSection } from './dom.js'
import { makePayloadSection } from './payload-view.js'
import { HAS_STOPPED, makeReplaySection } from './replay-view.js'

const main = byId('main', HTMLElement)
export const details = byId('details', HTMLElement)

let openRow: DeliveryRow | undefined

/** Opens the details of a row. Resolves when they are complete. */
export async function openDetails(row: DeliveryRow): Promise<void> {
  closeDetails()
  openRow = row
  row.button.setAttribute('aria-current', 'true')
  main.classList.add('open')
  details.hidden = false
  details.replaceChildren(...summaryOf(row.delivery))
  details.scrollTop = 0
  const found = await fetchDetails(row.delivery.number).catch(() => HAS_STOPPED)
  // The reader may have opened another row in the meantime.
  if (openRow === row) details.append(...sectionsOf(row.delivery.number, found))
}

/** Closes the details. */
export function closeDetails(): void {
  openRow?.button.removeAttribute('aria-current')
  openRow = undefined
  main.classList.remove('open')
  details.hidden = true
}

/** Closes the details, and returns the focus to the list. */
export function returnToList(): void {
  const button = openRow?.button
  closeDetails()
  focusTarget(button).focus()
}

/** Fetches the details of a delivery, or a message that says why there are none. Rejects if the program doesn't respond. */
async function fetchDetails(number: number): Promise<DeliveryDetails | string> {
  const response = await fetch(`deliveries/${number}`)
  if (!response.ok) return response.text()
  // The server of this page sends DeliveryDetails.
  return (await response.json()) as DeliveryDetails
}

function sectionsOf(number: number, found: DeliveryDetails | string): HTMLElement[] {
  if (typeof found === 'string') return [makeHint(found)]
  const app = found.appBody ? [appSection(found.appBody)] : []
  return [...app, makePayloadSection(found), headersSection(found), makeReplaySection(number, found)]
}

function summaryOf(delivery: DeliveryLine): Node[] {
  const { event, code, receivedAt, status, outcome, key, durationMs, bytes, app } = delivery
  const close = make('button', {
    type: 'button',
    className: 'plain',
    textContent: 'Close',
    onclick: returnToList,
  })
  const response = status === undefined ? 'no response' : `responded ${status}`
  const verdict = make('span', {
    className: `verdict ${outcome}`,
    textContent: `${verdictOf(delivery)}, ${response}`,
  })
  const facts: (readonly [term: string, description: Node | string])[] = [
    ['Verdict', verdict],
    ['Received', new Date(receivedAt).toLocaleString()],
    ['Duration', `${durationMs} ms`],
    ['Size', `${bytes.toLocaleString()} bytes`],
  ]
  if (app) facts.push(['App', appText(app)])
  if (key) facts.push(['Key', make('span', { className: 'mono', textContent: key })])
  if (code) facts.push(['Code', make('span', { className: 'mono', textContent: code })])
  return [
    make('header', {}, make('h2', { textContent: event ?? code ?? 'no event' }), close),
    make(
      'dl',
      {},
      ...facts.flatMap(([term, description]) => [
        make('dt', { textContent: term }),
        make('dd', {}, description),
      ]),
    ),
    ...reasonSections(delivery),
  ]
}

/** Creates the section with the body of the app's response. */
function appSection(body: string): HTMLElement {
  const text = make('pre', { tabIndex: 0, textContent: body })
  text.setAttribute('aria-label', 'Response of the app')
  return makeSection('Response of the app', text)
}

function appText({ status, durationMs, reason = '' }: AppLine): string {
  return status === null ? `no response: ${reason}` : `responded ${status} in ${durationMs} ms`
}

/** Creates the section that says why a delivery was rejected, if it was. */
function reasonSections({ causes, explanation = '', fix = '', code, message }: DeliveryLine): HTMLElement[] {
  if (causes) {
    const isValid = causes[0]?.startsWith('valid') ?? false
    const note = make(
      'div',
      { className: isValid ? 'note valid' : 'note' },
      make('strong', { textContent: causes.join(' + ') }),
      make('p', { textContent: explanation }),
      make('p', {}, make('b', { textContent: 'Fix: ' }), fix),
    )
    const isMismatch = code === 'signature_mismatch'
    return [makeSection(isMismatch ? "Why the signature doesn't match" : 'Why it was rejected', note)]
  }
  if (!message) return []
  const note = make('div', { className: 'note' }, make('p', { textContent: message }))
  return [makeSection('Why it was rejected', note)]
}

function headersSection({ method, headers }: DeliveryDetails): HTMLElement {
  const terms = headers.flatMap(([name, value]) => [
    make('dt', { className: 'mono', textContent: name }),
    make('dd', { className: 'mono', textContent: value }),
  ])
  return makeSection(`Headers of the ${method}`, make('dl', {}, ...terms))
}
