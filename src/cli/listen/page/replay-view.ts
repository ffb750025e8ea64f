/** Shows the form that sends a delivery again. */

import type { DeliveryDetails } from '../delivery-details.js'
import type { Replay } from '../replay.js'
import { byId, make, makeHint, makeSection } from './dom.js'

/** The message if the program doesn't respond anymore. */
export const HAS_STOPPED = 'listen has stopped. Start it again.'

const endpoint = byId('endpoint', HTMLSpanElement)

/** Creates the section that sends a delivery again, or says why that isn't possible. */
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
    result.textContent = await requestReplay(number, url.value).catch(() => HAS_STOPPED)
    button.disabled = false
  }
  const how = isValid
    ? 'The delivery is signed again with a fresh timestamp, because receivers reject old ones.'
    : 'The delivery is sent as received, byte for byte. An invalid delivery is never signed.'
  return makeSection('Send it again', form, result, makeHint(how))
}

/** Asks the program to send a delivery to a URL. Resolves with a sentence about the result. */
async function requestReplay(number: number, url: string): Promise<string> {
  const body = JSON.stringify({ number, url })
  const response = await fetch('replay', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  if (!response.ok) return (await response.text()) || "The delivery can't be sent. Start listen again."
  // The server of this page sends a Replay.
  const { status, durationMs, hint = '' } = (await response.json()) as Replay
  const responded = status === undefined ? '' : `Responded ${status} in ${durationMs.toFixed(1)} ms. `
  return responded + hint
}
