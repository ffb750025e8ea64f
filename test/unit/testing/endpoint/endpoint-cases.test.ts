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
  // On a clock that stands still no answer takes its time.
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW })
  return () => vi.useRealTimers()
})

/** A request: its headers, and what its signature is of; long bodies are cut. */
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

/** Numbers for ids, and what comes more than once in a row only once. */
function readable(lines: readonly string[]): string {
  const distinct = lines.filter((line, index) => line !== lines[index - 1])
  return numbering(UUID, 'id')(distinct.join('\n  '))
}

it('send what they say', async () => {
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

it.each([204, 400, 401, 405, 413, 503])('pass exactly where %d is what they expect', async (always) => {
  status = always
  const isRepeat = new Set(repeatCases)
  for (const endpointCase of endpointCases) {
    // Each case runs alone: after a failed one, the fix of the next ones would be to fix that first.
    const [result] = await checkEndpoint(url, SECRET, [endpointCase])
    const { name, expected } = endpointCase
    // None of a pair may be told to wait forever: 503 alone is right for nothing.
    const passed = always === 503 ? false : expected.includes(always === 204 ? '2xx' : String(always))
    expect(result).toEqual({
      name,
      expected,
      passed,
      actual: expect.stringMatching(new RegExp(`^${always}(, ${always}){0,2}$`)),
      ...(!passed && { fix: expect.stringMatching(/^[A-Z].+[.?]$/) }),
      // Without any time that passes, they see less than they could.
      ...(passed && isRepeat.has(endpointCase) && { note: expect.stringMatching(/\w/) }),
    })
  }
})
