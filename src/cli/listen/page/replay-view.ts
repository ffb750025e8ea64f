/** The form that sends a delivery again. */

import type { DeliveryDetails } from '../delivery-details.js'
import type { Replay } from '../replay.js'
import { byId, make, makeHint, makeSection } from './dom.js'

/** The text of the page if the program doesn't respond anymore. */
export const HAS_STOPPED = 'The program has stopped. Start listen again.'

const endpoint = byId('endpoint', HTMLSpanElement)

/** The section that sends a delivery again, or says why it can't be. */
export function makeReplaySection(number: number, { isValid, whyNotReplay }: DeliveryDetails): HTMLElement {
  if (whyNotReplay) return makeSection('Send it again', makeHint(whyNotReplay))

  const url = make('input', {
    type: 'url',
    value: endpoint.textContent ?? '',
    required: true,
    id: 'replay-url',
    spellcheck: false,
  })
  const label = make('label', {
    className: 'visually-hidden',
    htmlFor: 'replay-url',
    textContent: 'URL',
  })
  const result = makeHint('')
  result.setAttribute('role', 'status')
  const button = make('button', { type: 'submit', className: 'plain', textContent: 'Send' })
  const form = make('form', {}, label, url, button)
  form.onsubmit = async (event) => {
    event.preventDefault()
    button.disabled = true
    result.textContent = 'sending'
    result.textContent = await orderReplay(number, url.value).catch(() => HAS_STOPPED)
    button.disabled = false
  }
  const how = isValid
    ? 'Signed again with a fresh timestamp, because its own is soon too old.'
    : 'Sent as received, byte for byte. A delivery that is not valid is never signed.'
  return makeSection('Send it again', form, result, makeHint(how))
}

/** Has the program send a delivery to a URL. Resolves with the result in words. */
async function orderReplay(number: number, url: string): Promise<string> {
  const body = JSON.stringify({ number, url })
  const response = await fetch('replay', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  if (!response.ok) return (await response.text()) || "It can't be sent. Start listen again."
  // The server of this page sends a Replay.
  const { status, durationMs, hint = '' } = (await response.json()) as Replay
  const responded = status === undefined ? '' : `Responded ${status} in ${durationMs.toFixed(1)} ms. `
  return responded + hint
}
