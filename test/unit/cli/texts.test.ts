/** Complete terminal output, in snapshots/, so that a changed wording, color or column shows in a diff. */

import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/cli/hints.js'
import { explainNetworkError } from '../../../src/cli/network.js'
import { runCli } from '../../../src/cli/run.js'
import { duration, grouped, milliseconds, perSecond } from '../../../src/cli/terminal/figures.js'
import { signDelivery } from '../../../src/testing/index.js'
import { freePort } from '../../support/server.js'
import { listenIn } from '../support/listen.js'
import { UUID } from '../support/readable.js'
import { keeper, receiver } from '../support/send.js'
import { CLI_SECRET, captured, testSurroundings } from '../support/surroundings.js'

interface Run {
  readonly argv: readonly string[]
  readonly input?: string
  readonly isTerminal?: boolean
}

/** Everything that a run prints, without what differs between runs. */
async function transcript({ argv, input = '', isTerminal = false }: Run): Promise<string> {
  const surroundings = testSurroundings({ isTerminal, readInput: async () => Buffer.from(input) })
  const code = await runCli(argv, surroundings)
  const shown = `${surroundings.stdout()}${surroundings.stderr()}`
  return steady(`$ truedy-webhooks ${argv.join(' ')}\n${shown}(exit code ${code})\n`)
}

/** Replaces times, ports, rates and random ids with words, and escapes with a visible sign. */
function steady(text: string): string {
  return (
    text
      .replaceAll('\u001b', '␛')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      .replace(/port \d+\./g, 'port PORT.')
      .replace(/(PORT\/)[\w-]{10,}/g, '$1TOKEN')
      .replace(UUID, 'UUID')
      .replace(/:[\da-f]{64}\b/g, ':HASH')
      // An id that does not fit is shortened.
      .replace(/UUID:[^\s…]*…/g, 'UUID:…')
      .replace(/\d{4}-\d\d-\d\dT[\d%a:.]+Z?/g, 'TIME')
      .replace(/\d\d:\d\d:\d\d/g, 'HH:MM:SS')
      .replace(/\d+ (days|s) (old|ahead)/g, 'N $1 $2')
      .replace(/[\d.,]+\/s over [\d.]+ (ms|s|min)/g, 'N/s over N s')
      .replace(/(p50|p95|p99|max) [\d.,]+/g, '$1 N')
      .replace(/ +[\d.,]+ ms/g, '  N ms')
      .replace(/ +[\d,]+ B /g, '  N B ')
      .replace(
        /"(ms|seconds|sendingSeconds|ratePerSecond|p50|p95|p99|max|durationMs|bytes)":[\d.]+/g,
        '"$1":N',
      )
  )
}

const snapshotOf = (name: string) => `snapshots/${name}.txt`

const status = (code: number) => ({ kind: 'response', status: code, ms: 1, sentAt: 0 }) as const

/** A server that gives every request the same response. */
async function answering(code: number, body = '', headers: Record<string, string> = {}): Promise<string> {
  return (await keeper(() => ({ status: code, body, headers }))).url
}

describe('the terminal output matches its snapshot', () => {
  it('for help', async () => {
    const runs = [
      ['--help'],
      ['listen', '--help'],
      ['send', '--help'],
      ['check', '--help'],
      ['verify', '--help'],
    ]
    const texts: string[] = []
    for (const argv of runs) texts.push(await transcript({ argv, isTerminal: argv[0] === 'check' }))
    await expect(texts.join('\n')).toMatchFileSnapshot(snapshotOf('help'))
  })

  it('for usage errors', async () => {
    const url = 'http://127.0.0.1:9/'
    const wrong = [
      [],
      ['sned'],
      ['constructor'],
      ['help', 'sned'],
      ['verify', '--boddy', 'x'],
      ['verify', '--body'],
      ['verify', '--body', '--json'],
      ['verify', '--json=yes'],
      ['verify', 'file'],
      ['verify', '--timestamp', '1'],
      ['verify', '--body', '-'],
      ['verify', '--body', '-', '--timestamp', '1'],
      ['verify', '--body', '-', '--timestamp', '1', '--signature', 'a', '--other-secret', ''],
      ['verify', '--body', '/nowhere', '--timestamp', '1', '--signature', 'a'],
      ['verify', '--body', '/', '--timestamp', '1', '--signature', 'a'],
      ['check'],
      ['check', 'localhost:3000'],
      ['check', 'ftp://127.0.0.1/http://127.0.0.1/'],
      ['check', url, '--only', 'nothing'],
      ['send'],
      ['send', url, 'call.endd'],
      ['send', url, 'call.ended', 'call.failed'],
      ['send', url, 'call.ended', 'a', 'b'],
      ['send', url, '--scenario', 'caos'],
      ['send', url, '--count', '0'],
      ['send', url, '--count', '1.5'],
      ['send', url, '--count', ' '],
      ['send', url, '--rate', '0'],
      ['send', url, '--seed', '1'],
      ['send', url, '--scenario', 'call', '--seed', '4294967296'],
      ['send', url, '--speed', '2'],
      ['send', url, '--scenario', 'call', '--all'],
      ['send', url, '--scenario', 'call', '--data', '-'],
      ['send', url, '--scenario', 'call', '--count', '2'],
      ['send', url, '--scenario', 'call', '--rate', '2'],
      ['send', url, 'call.ended', '--scenario', 'call'],
      ['send', url, 'call.ended', '--all'],
      ['send', url, '--all', '--data', '-'],
      ['send', url, '--flat', '--data', '-'],
      ['send', url, 'call.ended', '--data', '-'],
      ['send', url, 'call.ended', '--data', 'LICENSE'],
      ['send', url, '--secret', ' '],
      ['listen', '--port', '65536'],
      ['listen', '--port', 'x'],
      ['listen', '--port', ' '],
      ['listen', '--port', ''],
      ['listen', '--path', 'hooks'],
      ['listen', '--path', ':x'],
      ['listen', '--path', '/hooks?x'],
      ['listen', '--other-secret', ''],
      ['listen', 'now'],
    ]
    const texts: string[] = []
    for (const argv of wrong) texts.push(await transcript({ argv, isTerminal: argv.length === 0 }))
    const surroundings = testSurroundings({ env: {} })
    await runCli(['send', url], surroundings)
    await expect(`${texts.join('\n')}\n# no secret\n${surroundings.stderr()}`).toMatchFileSnapshot(
      snapshotOf('usage-errors'),
    )
  })

  it('for network errors', async () => {
    const codes =
      'ECONNREFUSED ECONNRESET UND_ERR_SOCKET EPIPE ENOTFOUND EAI_AGAIN ETIMEDOUT EHOSTUNREACH ENETUNREACH EMFILE EADDRNOTAVAIL DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_HAS_EXPIRED CERT_NOT_YET_VALID ERR_TLS_CERT_ALTNAME_INVALID ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_PACKET_LENGTH_TOO_LONG EPROTO HPE_INVALID_CONSTANT HPE_INVALID_HTTP_TOKEN'
    const lines = codes
      .split(' ')
      .map((code) => `${code}: ${explainNetworkError(Object.assign(new Error('low'), { code }))}`)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(snapshotOf('network-errors'))
  })

  it('for hints about a response', async () => {
    const errors =
      'missing_timestamp missing_signature malformed_timestamp malformed_signature timestamp_too_old timestamp_too_new signature_mismatch invalid_json invalid_event method_not_allowed body_too_large body_not_raw invalid_secret invalid_options handler_timeout step_timeout busy failed nonsense constructor'.split(
        ' ',
      )
    const statuses = [
      199, 300, 399, 400, 401, 403, 404, 405, 408, 413, 415, 418, 429, 499, 500, 502, 503, 504, 599,
    ]
    const lines = [
      ...errors.map((error) => explain({ ...status(401), error })),
      ...statuses.map((code) => ({ code, ...explain(status(code)) })),
      explain({ ...status(302), location: '/login' }),
      explain({ ...status(401), asksForLogin: true }),
      explain({ ...status(401), asksForLogin: true, error: 'signature_mismatch' }),
      explain({ kind: 'no response', reason: 'nothing listens there.', ms: 1, sentAt: 0 }),
    ]
    const text = lines.map((line) => Object.values(line).join(' | ')).join('\n')
    await expect(`${text}\n`).toMatchFileSnapshot(snapshotOf('hints'))
  })

  it('for verify', async () => {
    const body = '{"event":"call.completed","timestamp":"2026-03-18T14:32:00Z","id":"evt_\\u001b","data":{}}'
    const verify = (...options: Parameters<typeof captured>) => [
      'verify',
      '--body',
      '-',
      ...captured(...options),
    ]
    const hidden = (text: string) =>
      text.replace(/--timestamp \S+ --signature \S+/, '--timestamp … --signature …')
    const texts = [
      await transcript({ argv: verify(body), input: body, isTerminal: true }),
      await transcript({ argv: verify('[]'), input: '[]', isTerminal: true }),
      await transcript({ argv: verify(body), input: `${body}\n`, isTerminal: true }),
      await transcript({ argv: [...verify(body), '--secret', `"${CLI_SECRET}"`], input: `${body}\n` }),
      await transcript({ argv: [...verify(body), '--json'], input: body }),
      await transcript({ argv: [...verify('[]'), '--json'], input: '[]' }),
      await transcript({
        argv: [...verify(body, { secret: 'whsec_x' }), '--other-secret', 'whsec_x', '--json'],
        input: body,
      }),
    ]
    await expect(texts.map(hidden).join('\n')).toMatchFileSnapshot(snapshotOf('verify'))
  })

  it('for check', async () => {
    const all = await answering(204)
    const none = await answering(418, 'a teapot')
    const redirect = await answering(302, '', { location: '/login' })
    const right = await receiver()
    const quick = ['--only', 'signature', '--only', 'GET', '--only', 'call.']
    const texts = [
      await transcript({ argv: ['check', all, ...quick], isTerminal: true }),
      await transcript({ argv: ['check', none] }),
      await transcript({ argv: ['check', redirect, '--only', '2 MiB', '--only', 'call.ended'] }),
      // The repeat cases are left out, because their notes depend on their duration.
      await transcript({ argv: ['check', right, ...quick] }),
      await transcript({ argv: ['check', right, '--only', 'one digit', '--json'] }),
      await transcript({ argv: ['check', `http://127.0.0.1:${await freePort()}/`] }),
    ]
    await expect(texts.join('\n')).toMatchFileSnapshot(snapshotOf('check'))
  })

  it('for send', async () => {
    const right = await receiver()
    const failing = await answering(500, '{"error":"failed"}')
    const rejecting = await answering(401, 'no JSON')
    const redirect = await answering(308, '', { location: 'https://example.com/login' })
    const { url: flaky } = await keeper((nth) => ({ status: nth % 2 === 1 ? 503 : 204 }))
    const nobody = `http://127.0.0.1:${await freePort()}/`
    const texts: string[] = []
    for (const argv of [
      [right],
      [right, 'call.completed', '--json'],
      [right, '--all', '--flat'],
      [right, '--data', '-'],
      [right, '--count', '101'],
      [right, '--count', '2', '--json'],
      [right, '--scenario', 'call', '--seed', '7', '--speed', '1000'],
      [right, '--scenario', 'voice', '--seed', '7', '--speed', '1000', '--json'],
      [failing, '--count', '2'],
      [failing, '--count', '120'],
      [failing, '--retry', '--speed', '1000000'],
      [rejecting],
      [rejecting, '--json'],
      [redirect],
      [redirect, '--json'],
      [flaky, '--retry', '--speed', '100000'],
      [nobody, '--count', '2'],
      [nobody, '--json'],
    ]) {
      texts.push(
        await transcript({ argv: ['send', ...argv], input: '"a body"', isTerminal: argv.length < 3 }),
      )
    }
    await expect(texts.join('\n')).toMatchFileSnapshot(snapshotOf('send'))
  })

  it('for listen', async () => {
    const texts: string[] = []
    for (const isJson of [false, true]) {
      const surroundings = testSurroundings({ isTerminal: !isJson })
      const { code, shown } = await listenIn(surroundings, '--open', ...(isJson ? ['--json'] : []))
      const url = (/http:\/\/127\.0\.0\.1:\d+\/[\w/]+/.exec(surroundings.stdout()) ?? [])[0] ?? ''
      const signed = (event: object, options?: object) =>
        signDelivery(JSON.stringify(event), CLI_SECRET, options)
      const event = { event: 'call.ended', timestamp: 1773844320, id: 'evt_1', data: {} }
      const deliveries: RequestInit[] = [
        await signed(event),
        await signed(event),
        await signed({ ...event, event: 'call.moved\u001b' }),
        { ...(await signed(event)), body: `${JSON.stringify(event)}\n` },
        await signed(event, { timestamp: 1_000_000_000 }),
        await signed([]),
        { body: '{}' },
      ]
      for (const [index, delivery] of deliveries.entries()) {
        await (await fetch(url, { method: 'POST', ...delivery })).text()
        await shown(index + 1)
      }
      await (await fetch(url)).text()
      await shown(deliveries.length + 1)
      await (await fetch(new URL('/else', url), { method: 'POST', body: '' })).text()
      surroundings.interrupt()
      expect(await code).toBe(130)
      texts.push(steady(`${surroundings.stdout()}${surroundings.stderr()}`))
    }
    await expect(texts.join('\n')).toMatchFileSnapshot(snapshotOf('listen'))
  })

  it('for numbers and durations', () => {
    expect([0, 999, 1000, 1_234_567.5].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567.5'])
    expect([0.04, 9.94, 10, 9999.5].map(milliseconds)).toEqual(['0.0', '9.9', '10', '10,000'])
    expect([0.5, 999.94, 1000, 2000.4].map(perSecond)).toEqual(['0.5', '999.9', '1,000', '2,000'])
    expect([0.25, 0.9994, 1, 9.94, 10, 119, 120, 7199, 7200, 15_360].map(duration)).toEqual([
      '250 ms',
      '999 ms',
      '1 s',
      '9.9 s',
      '10 s',
      '119 s',
      '2 min',
      '120 min',
      '2 h',
      '4.3 h',
    ])
  })
})
