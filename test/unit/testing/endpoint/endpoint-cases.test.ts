import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { repeatCases } from '../../../../src/testing/endpoint/repeat-cases.js'
import { checkEndpoint, endpointCases } from '../../../../src/testing/index.js'
import { listenOn } from '../../../support/server.js'
import { sign } from '../../support/delivery.js'
import { numbering, UUID, withoutRuns } from '../../support/readable.js'

const SECRET = 'whsec_endpoint'
const NOW = Date.UTC(2026, 0, 31, 14, 5, 41)

let url = ''
let status = 204
let requests: { readonly request: IncomingMessage; readonly body: Buffer }[] = []

const server = createServer(async (request, response) => {
  requests.push({ request, body: await buffer(request) })
  response.writeHead(status).end()
})

beforeAll(async () => {
  url = `http://127.0.0.1:${await listenOn(server)}/`
})
afterAll(() => void server.close())

beforeEach(() => {
  requests = []
  // While the clock is stopped, responses take no time.
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW })
  return () => vi.useRealTimers()
})

/** A request as text: its headers, what was signed, and the start of its body. */
function describeRequest({ request: { method, rawHeaders }, body }: (typeof requests)[number]): string {
  const headers: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index)
    if (/^(x-truedy|content-type|connection)/i.test(name)) headers.push(`${name}: ${value}`)
  }
  const timestamp = String(headers.find((header) => /timestamp/i.test(header))).replace(/.*: /, '')
  const text = withoutRuns(body.toString('latin1')).replace(
    /[^ -~]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  )
  return [
    `${method} ${headers.join(', ')}`,
    text.length > 400 ? `${text.slice(0, 400)}… (${text.length})` : text,
  ]
    .join('\n    ')
    .replaceAll(sign(body, timestamp, SECRET), '(right)')
    .replaceAll(sign(body, timestamp, `${SECRET}x`), '(of another secret)')
    .replace(/\b[\da-f]{64}\b/g, '(of another body)')
}

/** Replaces ids with numbers, and shows repeated lines once. */
function readable(lines: readonly string[]): string {
  const distinct = lines.filter((line, index) => line !== lines[index - 1])
  return numbering(UUID, 'id')(distinct.join('\n  '))
}

it('the endpoint cases send the requests in the snapshot', async () => {
  const sent: string[] = []
  for (const endpointCase of endpointCases) {
    requests = []
    await checkEndpoint(url, SECRET, [endpointCase])
    sent.push(
      readable([endpointCase.name, `(requests: ${requests.length})`, ...requests.map(describeRequest)]),
    )
  }
  await expect(`${sent.join('\n\n')}\n`).toMatchFileSnapshot('snapshots/endpoint-requests.txt')
})

it.each([204, 400, 401, 405, 413, 503])(
  'the endpoint cases pass only if they expect the status %d',
  async (always) => {
    status = always
    const isRepeat = new Set(repeatCases)
    for (const endpointCase of endpointCases) {
      // Each case runs alone. Otherwise, cases after a failed one would only say to fix that one first.
      const [result] = await checkEndpoint(url, SECRET, [endpointCase])
      const { name, expected } = endpointCase
      // 503 for both of two deliveries would make Truedy wait forever, so that no case accepts only 503.
      const passed = always === 503 ? false : expected.includes(always === 204 ? '2xx' : String(always))
      expect(result).toEqual({
        name,
        expected,
        passed,
        actual: expect.stringMatching(new RegExp(`^${always}(, ${always}){0,2}$`)),
        ...(!passed && { fix: expect.stringMatching(/^[A-Z].+[.?]$/) }),
        // Without any processing time, the repeat cases see less and add a note.
        ...(passed && isRepeat.has(endpointCase) && { note: expect.stringMatching(/\w/) }),
      })
    }
  },
)
