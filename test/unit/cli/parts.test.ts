/** Small parts of the command line: headers, URLs, and mistakes in arguments. */

import { describe, expect, it } from 'vitest'
import { endToEndHeaders, resendHeaders } from '../../../src/cli/connection-headers.js'
import { authorizationOf, maskUrlText, parseHttpUrl } from '../../../src/cli/http-url.js'
import { runCli } from '../../../src/cli/run.js'
import { testSurroundings } from '../support/surroundings.js'

describe('the headers that are sent on', () => {
  it('leave out those of the connection, and those that `Connection` names', () => {
    const pairs = [
      ['Host', 'a'],
      ['CONNECTION', 'close, X-Hop'],
      ['X-Hop', '1'],
      ['X-Names', 'x-own'],
      ['X-Own', '2'],
      ['Transfer-Encoding', 'chunked'],
    ] as const
    expect(endToEndHeaders(pairs)).toEqual([
      ['X-Names', 'x-own'],
      ['X-Own', '2'],
    ])
  })

  it('repeat a repeated header, and leave out the length of the body', () => {
    const pairs = [
      ['X-Own', '1'],
      ['Content-Length', '9'],
      ['x-own', '2'],
      ['constructor', '3'],
    ] as const
    expect(resendHeaders(pairs)).toEqual({ 'x-own': ['1', '2'], constructor: ['3'] })
  })
})

describe('URLs', () => {
  it.each([
    ['http://user:pass@a/', 'user:pass'],
    ['http://user@a/', 'user:'],
    ['http://:pass@a/', ':pass'],
    ['http://a/', undefined],
  ])('%s stand for the credentials %s', (url, credentials) => {
    const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
    expect(authorizationOf(new URL(url))).toBe(expected)
  })

  it.each([
    ['http://user:pass@a/', 'http://user:***@a/'],
    ['http:user:pass@a/', 'http:user:***@a/'],
    ['//user:pass@a/', '//user:***@a/'],
    ['user:pass@a/', 'user:***@a/'],
    ['http://user:p@ss@a/x@y', 'http://user:***@a/x@y'],
    ['http://a/x:y@z', 'http://a/x:y@z'],
    ['http://a/?x:y@z', 'http://a/?x:y@z'],
  ])('hide the password of %s', (text, expected) => {
    expect(maskUrlText(text)).toBe(expected)
  })

  it.each(['http://us%er@a/', 'ftp://a/', 'localhost:3000', 'http://'])('that are no good: %s', (text) => {
    expect(parseHttpUrl(text)).toBeUndefined()
  })
})

describe('arguments', () => {
  async function stderrOf(...argv: readonly string[]): Promise<string> {
    const surroundings = testSurroundings()
    await runCli(argv, surroundings)
    return surroundings.stderr()
  }

  it('point to the options if no option is similar', async () => {
    expect(await stderrOf('send', '--qqqqqqqq')).toBe(
      'Error: send has no option --qqqqqqqq. See its options with --help.\nTo see the options, run npx truedy-webhooks send --help\n',
    )
  })

  it.each([
    ['check', 'http://127.0.0.1:1/', '--secret', ''],
    ['verify', '--body', 'a', '--other-secret', ''],
  ])('that %s rejects point to its help', async (...argv) => {
    expect(await stderrOf(...argv)).toContain(`npx truedy-webhooks ${argv[0]} --help`)
  })

  it('are explained in color, in lines that fit', async () => {
    const surroundings = testSurroundings({ columns: 40, isTerminal: true })
    await runCli(['send', '--qqqqqqqq'], surroundings)
    expect(surroundings.stderr().split('\n')).toEqual([
      '\u001b[31mError:\u001b[39m send has no option --qqqqqqqq.',
      'See its options with --help.',
      '\u001b[2mTo see the options, run npx\u001b[22m',
      '\u001b[2mtruedy-webhooks send --help\u001b[22m',
      '',
    ])
  })

  it('may repeat a switch, but no other option', async () => {
    expect(await stderrOf('verify', '--json', '--json')).toContain('--body is missing')
    expect(await stderrOf('verify', '--body', 'a', '--body', 'b')).toContain('--body came twice')
  })
})
