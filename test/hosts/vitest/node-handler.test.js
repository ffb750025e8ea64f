import { once } from 'node:events'
import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { post } from './post.js'

const SECRET = 'whsec_test'

afterEach(() => vi.useRealTimers())

it.each([
  ['real', () => {}],
  ['fake', () => vi.useFakeTimers()],
])('createNodeHandler processes an event once, with %s timers', async (_, setTimers) => {
  const processed = []
  const onEvent = (event) => processed.push(event.event)
  const server = createServer(createNodeHandler({ secret: SECRET, onEvent })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  setTimers()
  const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
  expect([await post(server, delivery), await post(server, delivery)]).toEqual([204, 204])
  expect(processed).toEqual(['call.ended'])
  server.close()
})
