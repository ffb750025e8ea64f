import { createReceiver } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'

async function receiveTwice() {
  const secret = 'whsec_metro'
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), secret)
  const receive = createReceiver({ secret, onEvent: (event) => console.log(event.event) })
  for (const text of [body, body, `${body} `]) {
    const { status } = await receive({ method: 'POST', headers, body: text })
    console.log(String(status))
  }
}

receiveTwice()
