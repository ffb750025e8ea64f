import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EnvironmentError, UsageError } from '../../../src/cli/errors.js'
import { explainNetworkError } from '../../../src/cli/network.js'
import { runCli } from '../../../src/cli/run.js'
import { printable } from '../../../src/cli/terminal/printable.js'
import { wrap } from '../../../src/cli/terminal/wrap.js'
import { didYouMean } from '../../../src/did-you-mean.js'
import { runs } from '../support/runs.js'
import { testSurroundings } from '../support/surroundings.js'

async function cli(...argv: string[]) {
  const surroundings = testSurroundings()
  const code = await runCli(argv, surroundings)
  return { code, stdout: surroundings.stdout(), stderr: surroundings.stderr() }
}

const COMMANDS = ['listen', 'send', 'check', 'verify']

describe('the command line', () => {
  it.each([['--help'], ['-h'], ['help']])('shows its commands for %s', async (argument) => {
    const { code, stdout, stderr } = await cli(argument)
    for (const name of COMMANDS) expect(stdout).toContain(`  ${name} `)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('shows its commands without an argument, and exits with 2', async () => {
    const { code, stdout } = await cli()
    expect(stdout).toContain('listen')
    expect(code).toBe(2)
  })

  it.each(['--version', '-v'])('prints its version for %s', async (argument) => {
    const { code, stdout } = await cli(argument)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(code).toBe(0)
  })

  it.each(COMMANDS)('shows the options, examples and exit codes of %s', async (name) => {
    const { code, stdout } = await cli(name, '--help')
    for (const part of [
      `Usage: npx truedy-webhooks ${name} `,
      'Options',
      '--json',
      '--secret',
      'Examples',
      'Exit codes',
    ]) {
      expect(stdout).toContain(part)
    }
    expect(code).toBe(0)
    expect((await cli('help', name)).stdout).toBe(stdout)
    expect((await cli(name, 'anything', '-h')).stdout).toBe(stdout)
  })

  it.each([
    [['sned'], 'There is no command "sned". Did you mean "send"?'],
    [['constructor'], 'There is no command "constructor". Use one of listen, send, check, verify.'],
    [['verify', '--boddy', 'x'], 'verify has no option --boddy. Did you mean --body?'],
    [['verify', '--constructor'], 'verify has no option --constructor.'],
    [['verify', '--body'], '--body needs a value. Write --body FILE.'],
    [['verify', '--body', 'a', '--body', 'b'], '--body came twice. Write it once.'],
    [['listen', '--secret', 'a', '--secret', 'b'], '--secret came twice. Write it once.'],
    [['listen', '--port', '1', '--port', '2'], '--port came twice. Write it once.'],
    [['send', 'URL', '--scenario', 'chaos', '--scenario', 'chaos'], '--scenario came twice. Write it once.'],
    [['verify', '--body', '--json'], '--body needs a value. Write --body FILE.'],
    [['verify', '--json=yes'], '--json takes no value.'],
    [['verify', 'file'], 'verify takes only options. Remove "file".'],
    [['verify', '--timestamp', '1', '--signature', 'a'], '--body is missing'],
    [['check'], 'The URL is missing.'],
    [['check', 'http://127.0.0.1:9/', 'a', 'b'], 'check takes only URL. Remove "a b".'],
    [
      ['check', 'localhost:3000/webhooks'],
      'The URL must be valid and start with http:// or https:// (got "localhost:3000/webhooks")',
    ],
    [['check', 'http://'], 'The URL must be valid and start with http:// or https:// (got "http://")'],
    [
      ['check', 'http://127.0.0.1:9/', '--only', 'nothing'],
      '--only "nothing" matches no case. These are the cases:   call.started ',
    ],
    [
      ['check', 'http://127.0.0.1:9/', '--only', 'GET', '--only', 'nothing'],
      '--only "nothing" matches no case. These are the cases:   call.started ',
    ],
  ])('rejects %j with exit code 2', async (argv, message) => {
    const { code, stdout, stderr } = await cli(...argv)
    expect(stderr.replaceAll('\n', ' ')).toContain(`Error: ${message}`)
    expect(stderr).toContain('--help\n')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('asks for the secret if it is missing', async () => {
    const surroundings = testSurroundings({ env: {} })
    expect(await runCli(['check', 'http://127.0.0.1:9/'], surroundings)).toBe(2)
    expect(surroundings.stderr()).toContain('Set TRUEDY_WEBHOOK_SECRET')
  })

  it.each([
    ['colors on a terminal', { isTerminal: true, env: {} }, true],
    ['no colors in a pipe', { isTerminal: false, env: {} }, false],
    ['no colors if NO_COLOR is set', { isTerminal: true, env: { NO_COLOR: '1' } }, false],
    ['colors if NO_COLOR is empty', { isTerminal: true, env: { NO_COLOR: '' } }, true],
    ['no colors on a dumb terminal', { isTerminal: true, env: { TERM: 'dumb' } }, false],
  ])('prints %s', async (_, changes, isColored) => {
    const surroundings = testSurroundings(changes)
    await runCli(['--help'], surroundings)
    expect(surroundings.stdout().includes('\u001b[')).toBe(isColored)
  })

  it('rethrows an error of its own', async () => {
    const surroundings = testSurroundings({
      print: () => {
        throw new RangeError('a fault')
      },
    })
    await expect(runCli(['--help'], surroundings)).rejects.toThrow('a fault')
  })
})

describe('didYouMean', () => {
  it.each([
    ['sedn', 'send'],
    ['lsten', 'listen'],
    ['verifyy', 'verify'],
    ['CHECK', 'check'],
    ['chek', 'check'],
  ])('suggests a correction for %s', (word, meant) => {
    expect(didYouMean(word, COMMANDS)).toBe(` Did you mean "${meant}"?`)
  })

  it.each(['', 'x', 'banana', 'nothing at all'])(
    'suggests nothing for %j, which resembles no candidate',
    (word) => {
      expect(didYouMean(word, COMMANDS)).toBe('')
    },
  )

  it('counts added, removed, changed and swapped letters, and allows one third of them', () => {
    /** The smallest number of changes, found by trying all. */
    const tried = new Map<string, number>()
    function edits(a: string, b: string): number {
      if (a === '' || b === '') return a.length + b.length
      const known = tried.get(`${a} ${b}`)
      if (known !== undefined) return known
      const count = Math.min(
        edits(a.slice(1), b) + 1,
        edits(a, b.slice(1)) + 1,
        edits(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
        a[0] === b[1] && a[1] === b[0] ? edits(a.slice(2), b.slice(2)) + 1 : Number.POSITIVE_INFINITY,
      )
      tried.set(`${a} ${b}`, count)
      return count
    }
    const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(words, words, (word, candidate) => {
        const mayBeWrong = Math.max(1, Math.floor(candidate.length / 3))
        expect(didYouMean(word, [candidate]) !== '').toBe(edits(word, candidate) <= mayBeWrong)
      }),
      runs(300),
    )
  })

  it('suggests nothing without candidates', () => {
    expect(didYouMean('send', [])).toBe('')
  })
})

describe('explainNetworkError', () => {
  const coded = (code: string) => Object.assign(new Error('low'), { code })

  it.each<[string, unknown, string]>([
    ['a refused connection', coded('ECONNREFUSED'), 'nothing listens there'],
    [
      'an error that fetch wraps',
      new TypeError('fetch failed', { cause: coded('ENOTFOUND') }),
      'no host with this name',
    ],
    [
      'the errors of several addresses',
      new TypeError('fetch failed', {
        cause: Object.assign(new AggregateError([coded('ECONNREFUSED')]), { code: 'OTHER' }),
      }),
      'nothing listens',
    ],
    ['a timeout', new DOMException('The operation timed out', 'TimeoutError'), 'no response came in time'],
    ['an unknown code', coded('EOTHER'), 'low'],
    ['the cause of an error', new TypeError('fetch failed', { cause: new Error('bad port') }), 'bad port'],
    ['a value that is not an error', 'text', 'text'],
  ])('explains %s', (_, error, words) => {
    expect(explainNetworkError(error)).toContain(words)
  })
})

describe('the errors of the command line', () => {
  it('have distinct names', () => {
    expect(String(new UsageError('wrong'))).toBe('UsageError: wrong')
    expect(String(new EnvironmentError('taken'))).toBe('EnvironmentError: taken')
  })
})

describe('wrap', () => {
  it('breaks at spaces and line breaks, and keeps a word that is longer than a line', () => {
    const long = 'x'.repeat(20)
    expect(wrap(`${long} a bc def ghij`, 6)).toEqual([long, 'a bc', 'def', 'ghij'])
    expect(wrap('abc de f', 6)).toEqual(['abc de', 'f'])
    expect(wrap('abc:\n  de fg', 6)).toEqual(['abc:', '  de', '  fg'])
  })
})

describe('printable', () => {
  it.each([
    ['plain text, Grüße, 世界', 'plain text, Grüße, 世界'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\u202eb\u2028c\nd', 'a\\u202eb\\u2028c\\x0ad'],
    ['\u009b31m', '\\x9b31m'],
    ['a\u{e0041}\u061c', 'a\\u{e0041}\\u061c'],
  ])('makes %j printable', (text, expected) => {
    expect(printable(text)).toBe(expected)
  })
})
