/** The form that sends a delivery again. */

import type { DeliveryDetails } from '../delivery-details.js'
import type { Replay } from '../replay.js'
import { byId, make, makeHint, makeSection } from './dom.js'

/** What the page says if the program doesn't respond anymore. */
export const HAS_ENDED = 'The program that listens has ended.'

const endpoint = byId('endpoint', HTMLSpanElement)

/** The section that sends a delivery again, or says why it can't be. */
export function makeReplaySection(number: number, { isGenuine, whyNotReplay }: DeliveryDetails): HTMLElement {
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
    textContent: 'Where to',
  })
  const result = makeHint('')
  result.setAttribute('role', 'status')
  const button = make('button', { type: 'submit', className: 'plain', textContent: 'Send' })
  const form = make('form', {}, label, url, button)
  form.onsubmit = async (event) => {
    event.preventDefault()
    button.disabled = true
    result.textContent = 'sending'
    result.textContent = await orderReplay(number, url.value).catch(() => HAS_ENDED)
    button.disabled = false
  }
  const how = isGenuine
    ? 'Signed anew with the secret, since its own timestamp grows old.'
    : 'As it came, byte for byte: what is not genuine is never signed.'
  return makeSection('Send it again', form, result, makeHint(how))
}

/** Has the program send a delivery to a URL. Resolves with what it came to, in words. */
async function orderReplay(number: number, url: string): Promise<string> {
  const body = JSON.stringify({ number, url })
  const response = await fetch('replay', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  if (!response.ok) return (await response.text()) || 'It cannot be sent.'
  // The server of this page sends a Replay.
  const { status, durationMs, hint = '' } = (await response.json()) as Replay
  const answered = status === undefined ? '' : `Answered ${status} in ${durationMs.toFixed(1)} ms. `
  return answered + hint
}
