import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { checkEndpoint, endpointCases } from '../../../../src/testing/index.js'
import { listenOn } from '../../../support/server.js'

const LARGE = endpointCases.filter(({ name }) => name === 'a body of 2 MiB')

const reset = (socket: Socket) => void socket.resetAndDestroy()

/** The result of the case for a server that breaks the first `broken` connections, and the number of its requests. */
async function check(
  cases: typeof endpointCases,
  broken: number,
  breakOff: (socket: Socket) => void = reset,
) {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    if (requests <= broken) breakOff(request.socket)
    else response.writeHead(413, { connection: 'close' }).end(() => request.resume())
  })
  onTestFinished(() => void server.close())
  const [result] = await checkEndpoint(`http://127.0.0.1:${await listenOn(server)}/`, 'whsec_x', cases)
  return { requests, actual: result?.actual, passed: result?.passed }
}

it.each<[string, (socket: Socket) => void]>([
  ['resets', reset],
  ['destroys', (socket) => void socket.destroy()],
  ['ends', (socket) => void socket.end()],
])('checkEndpoint sends a large body again if the server %s the connection', async (_, breakOff) => {
  expect(await check(LARGE, 2, breakOff)).toEqual({ requests: 3, actual: '413', passed: true })
})

it('checkEndpoint gives up on a server that breaks every connection', async () => {
  const { requests, actual, passed } = await check(LARGE, Number.POSITIVE_INFINITY)
  expect({ requests, passed }).toEqual({ requests: 5, passed: false })
  expect(actual).toMatch(/^no response: /)
})

it('checkEndpoint sends nothing else twice', async () => {
  const [first] = endpointCases
  const { requests } = await check(first ? [first] : [], 1)
  expect(requests).toBe(1)
})
