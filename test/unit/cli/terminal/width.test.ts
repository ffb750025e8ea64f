import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../../src/cli/run.js'
import { breakAnywhere, columnsOf, shorten, wrap } from '../../../../src/cli/terminal/wrap.js'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { freePort } from '../../../support/server.js'
import { failOnUncaught, serve } from '../../support/http.js'
import { listenIn, post, validDelivery } from '../../support/listen.js'
import { keeper, receiver, send } from '../../support/send.js'
import { CLI_SECRET, captured, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

const WIDTHS = [60, 80, 120, 200]

/** The lines that are too long, except those that are a single word, which must stay whole to be copied. */
function tooLong(text: string, columns: number): string[] {
  return text.split('\n').filter((line) => columnsOf(line) > columns && /\S +\S/.test(line))
}

/** Everything that a run prints. */
async function printed(argv: readonly string[], columns: number, input = ''): Promise<string> {
  const surroundings = testSurroundings({ columns, readInput: async () => Buffer.from(input) })
  await runCli(argv, surroundings)
  return surroundings.stdout() + surroundings.stderr()
}

describe('breaking lines', () => {
  it.each([
    ['abcdef', 3, ['abc', 'def']],
    ['abcdef', 4, ['abcd', 'ef']],
    ['世界', 3, ['世', '界']],
    ['世界', 4, ['世界']],
    ['世界', 1, ['世', '界']],
    ['', 3, ['']],
  ])('at any character breaks %j into %i columns', (text, columns, lines) => {
    expect(breakAnywhere(text, columns)).toEqual(lines)
  })

  it.each([
    ['  ab cd ef', 7, ['  ab cd', '  ef']],
    ['  ab cd\nef', 7, ['  ab cd', 'ef']],
    ['ab cd', 5, ['ab cd']],
    ['ab cd', 4, ['ab', 'cd']],
  ])('at spaces breaks %j into %i columns, and keeps the indent', (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines)
  })
})

describe.each(WIDTHS)('in %i columns', (columns) => {
  it.each([[], ['listen'], ['send'], ['check'], ['verify']])('the help fits: %j', async (...argv) => {
    const text = await printed([...argv, '--help'], columns)
    expect(tooLong(text, columns)).toEqual([])
    expect(text).toMatch(/^Usage: npx truedy-webhooks /m)
  })

  it('error messages fit', async () => {
    for (const argv of [
      ['sned'],
      ['check', 'ftp://x'],
      ['check', 'http://127.0.0.1:1/', '--only', 'nothing'],
      ['send'],
    ]) {
      expect(tooLong(await printed(argv, columns), columns)).toEqual([])
    }
  })

  it('a diagnosis fits', async () => {
    const body = `{"event":"${'x'.repeat(300)}","timestamp":1,"data":{}}`
    for (const input of [body, `${body}\n`]) {
      expect(
        tooLong(await printed(['verify', '--body', '-', ...captured(body)], columns, input), columns),
      ).toEqual([])
    }
  })

  it('the table of check fits', async () => {
    const { url } = await keeper(() => ({ status: 418 }))
    expect(tooLong(await printed(['check', url], columns), columns)).toEqual([])
  })

  it('the table of check fits if there is no response, and each row starts below the last', async () => {
    let count = 0
    const { url } = await serve((request, response) => {
      count += 1
      request.resume()
      // Without any response, check stops.
      if (count < 3) response.writeHead(204).end()
      else request.socket.destroy()
    })
    const text = await printed(['check', url, '--only', 'call.', '--only', '2 MiB'], columns)
    const rows = text.split('\n').filter((line) => /^[✗ ] /.test(line))
    expect(rows.filter((line) => columnsOf(line) > columns)).toEqual([])
    expect(text).not.toMatch(/undefined|NaN/)
    // In a wide terminal, the reason is on the line of its case.
    if (columns >= 120) expect(text).toMatch(/✗ call\.ended .* no response: .{6,}/)
  })

  it('the rows and the summary of send fit', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}/`
    for (const args of [
      [await receiver(), '--all'],
      [nobody, '--all'],
      [nobody, '--retry', '--speed', 1e6],
    ]) {
      const { stdout } = await send(args, testSurroundings({ columns }))
      expect(tooLong(stdout, columns)).toEqual([])
    }
  })

  it('the rows of listen fit, with and without an app and payloads', async () => {
    const { url: app } = await keeper(() => ({ status: 500, body: 'why '.repeat(300) }))
    for (const argv of [[], ['--forward', app, '--print']]) {
      const surroundings = testSurroundings({ columns })
      const { url, shown } = await listenIn(surroundings, ...argv)
      const long = { ...sampleEvent('call.ended'), event: `世界${'x'.repeat(300)}` }
      await post(url, await signDelivery(long, CLI_SECRET))
      await post(url, await validDelivery())
      await post(url, { body: '{}', headers: {} })
      await fetch(new URL(`/${'y'.repeat(300)}`, url))
      await shown(3)
      surroundings.interrupt()
      expect(tooLong(surroundings.stdout(), columns)).toEqual([])
    }
  })
})

it('a run of listen follows the width of its window', async () => {
  let columns = 200
  const surroundings = Object.defineProperty(testSurroundings(), 'columns', { get: () => columns })
  const { url, shown } = await listenIn(surroundings)
  await post(url, await validDelivery())
  await shown(1)
  columns = 60
  await post(url, await validDelivery())
  await shown(2)
  const [wide = '', narrow = ''] = surroundings.stdout().trimEnd().split('\n').slice(-2)
  expect(columnsOf(wide)).toBeGreaterThan(80)
  expect(columnsOf(narrow)).toBeLessThanOrEqual(60)
})

it('the type of an event appears once per row', async () => {
  const surroundings = testSurroundings({ columns: 200 })
  const { url, shown } = await listenIn(surroundings)
  await post(url, await validDelivery())
  await shown(1)
  const { stdout } = await send([url], testSurroundings({ columns: 200 }))
  for (const text of [surroundings.stdout().split('\n')[5] ?? '', stdout.split('\n')[0] ?? '']) {
    expect(text.match(/call\.ended/g)).toHaveLength(1)
  }
})

describe('fitting text', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab é世👍'), maxLength: 60 })
  const columns = fc.integer({ min: 4, max: 40 })

  it('counts the columns of wide and combining characters', () => {
    expect(['abc', 'é', 'e\u0301', '世界', '👍', ''].map(columnsOf)).toEqual([3, 1, 1, 4, 2, 0])
  })

  it('shortens only what does not fit', () => {
    fc.assert(
      fc.property(text, columns, (whole, width) => {
        const short = shorten(whole, width)
        expect(columnsOf(short)).toBeLessThanOrEqual(width)
        if (columnsOf(whole) <= width) expect(short).toBe(whole)
        else expect(whole.startsWith(short.slice(0, -1))).toBe(true)
      }),
    )
  })

  it('cuts without losing a character', () => {
    fc.assert(
      fc.property(text, columns, (whole, width) => {
        const lines = breakAnywhere(whole, width)
        expect(lines.join('')).toBe(whole)
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('wraps without losing a word', () => {
    fc.assert(
      fc.property(text, columns, (whole, width) => {
        const lines = wrap(whole, width)
        expect(lines.join(' ').split(' ').filter(Boolean)).toEqual(whole.split(' ').filter(Boolean))
        for (const line of lines) expect(columnsOf(line) <= width || !/\S +\S/.test(line)).toBe(true)
      }),
    )
  })
})
