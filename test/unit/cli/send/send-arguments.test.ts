import { describe, expect, it } from 'vitest'
import { runCli } from '../../../../src/cli/run.js'
import { send } from '../../support/send.js'
import { testSurroundings } from '../../support/surroundings.js'

const ENDPOINT = 'http://127.0.0.1:1/'

describe('send', () => {
  it.each<[string, (string | number)[], RegExp]>([
    ['without a URL', [], /The URL is missing/],
    ['with a URL of another scheme', ['127.0.0.1:3000'], /must be valid and start with http/],
    [
      'with a mistyped event',
      [ENDPOINT, 'call.endd'],
      /no event "call\.endd"\. Did you mean "call\.ended"\?/,
    ],
    ['with too many operands', [ENDPOINT, 'call.ended', 'call.failed'], /Remove "call\.failed"/],
    ['with a mistyped scenario', [ENDPOINT, '--scenario', 'caos'], /Did you mean "chaos"\?/],
    ['with a mistyped option', [ENDPOINT, '--retyr'], /Did you mean --retry\?/],
    ['with a count of 0', [ENDPOINT, '--count', 0], /--count must be a whole number/],
    ['with a fractional count', [ENDPOINT, '--count', 1.5], /--count must be a whole number/],
    ['with a rate of 0', [ENDPOINT, '--rate', 0], /--rate must be a number/],
    [
      'with a seed that is not a whole number',
      [ENDPOINT, '--scenario', 'call', '--seed', 'x'],
      /--seed must be a whole/,
    ],
    ['with a speed of 0', [ENDPOINT, '--retry', '--speed', 0], /--speed must be a number/],
    ['with a seed but no scenario', [ENDPOINT, '--seed', 1], /--seed needs --scenario/],
    [
      'with a speed but neither a scenario nor --retry',
      [ENDPOINT, '--speed', 2],
      /--speed needs --scenario or --retry/,
    ],
    [
      'with a scenario and a rate',
      [ENDPOINT, '--scenario', 'call', '--rate', 1],
      /--scenario can't be combined with --rate/,
    ],
    [
      'with a scenario and data',
      [ENDPOINT, '--scenario', 'call', '--data', '-'],
      /--scenario can't be combined with --data/,
    ],
    ['with a scenario and an event', [ENDPOINT, 'call.ended', '--scenario', 'call'], /Leave out EVENT/],
    ['with --all and an event', [ENDPOINT, 'call.ended', '--all'], /Leave out EVENT/],
    ['with --all and data', [ENDPOINT, '--all', '--data', '-'], /--all can't be combined with --data/],
    ['with a whole body and --flat', [ENDPOINT, '--flat', '--data', '-'], /which --flat can't change/],
  ])('%s is rejected with exit code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await send(args)
    expect(stderr.replaceAll('\n', ' ')).toMatch(message)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })

  it('without a secret is rejected with exit code 2', async () => {
    const { code, stderr } = await send([ENDPOINT], testSurroundings({ env: {} }))
    expect(stderr).toContain('TRUEDY_WEBHOOK_SECRET')
    expect(code).toBe(2)
  })
})

describe('send exits with 1', () => {
  it('if the secret has white space, and does not print it', async () => {
    const { code, stderr } = await send([ENDPOINT, '--secret', 'whsec_with_newline\n'])
    expect(stderr).toContain('The secret has white space around it')
    expect(stderr).not.toContain('whsec_with')
    expect(code).toBe(1)
  })

  it.each<[string, string[], RegExp]>([
    [
      'is a file that does not exist',
      ['--data', '/nowhere/\u001b'],
      /"\/nowhere\/\\x1b" can't be read: there is no such file\./,
    ],
    ['is a directory', ['--data', '/'], /"\/" can't be read: it is a directory\./],
  ])('if --data %s', async (_, args, message) => {
    const { code, stderr } = await send([ENDPOINT, ...args])
    expect(stderr.replaceAll('\n', ' ')).toMatch(message)
    expect(code).toBe(1)
  })

  it.each(['[]', '"text"', 'no JSON', '\u00ff'])('if --data is not a JSON object: %s', async (text) => {
    const readInput = async () => Buffer.from(text, 'latin1')
    const { code, stderr } = await send(
      [ENDPOINT, 'call.ended', '--data', '-'],
      testSurroundings({ readInput }),
    )
    expect(stderr).toContain('Standard input is not a JSON object')
    expect(code).toBe(1)
  })
})

describe('send --help', () => {
  it('shows the options, examples and exit codes', async () => {
    const surroundings = testSurroundings()
    expect(await runCli(['send', '--help'], surroundings)).toBe(0)
    for (const option of [
      'all',
      'flat',
      'data FILE',
      'count N',
      'rate R',
      'retry',
      'scenario NAME',
      'seed N',
      'speed N',
      'set PATH=VALUE',
      'from PATH',
      'keep',
    ]) {
      expect(surroundings.stdout()).toContain(`--${option} `)
    }
    expect(surroundings.stdout()).toContain(
      'npx truedy-webhooks send http://127.0.0.1:3000/webhooks/truedy\n',
    )
    expect(surroundings.stdout()).toMatch(/ 130 {2}stopped with Ctrl-C/)
  })
})
