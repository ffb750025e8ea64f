/** The page of `examples/live-calls` in Chromium, driven by real deliveries. */

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { chromiumOptions } from '../support/chromium.js'
import { installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { callEvent, deliver, deliverAll, type Evenings, load, seeded } from './live-calls.js'

const PHONE = { width: 390, height: 844 }
const WIDE = { width: 1440, height: 900 }
/** As narrow as phones are. */
const NARROW = { width: 360, height: 740 }

const SCREENSHOT = join(import.meta.dirname, '../../examples/live-calls/screenshot.png')
const SCREENSHOT_BYTES = 150_000

/** For what takes about a second on an idle machine. */
const PATIENCE = { timeout: 20_000, interval: 50 }

let workspace: string
let directory: string
let browser: Browser
let server: Server
const contexts: BrowserContext[] = []
const complaints: string[] = []

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-live-calls-page-'))
  directory = await installExample('live-calls', await packLibrary(workspace), workspace)
  browser = await chromium.launch(chromiumOptions())
})

afterAll(async () => {
  await browser?.close()
  await rm(workspace, { recursive: true, force: true })
})

beforeEach(async () => {
  server = await startServer(directory)
})

afterEach(async () => {
  // The pages close before the server, because they would complain about its end.
  for (const context of contexts.splice(0)) await context.close()
  await server.stop()
  expect(complaints.splice(0)).toEqual([])
})

/** Opens the page. The test fails if the page prints anything to the console. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await newPage(options)
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return show(page)
}

/** Opens a page whose browser may print errors, because its server stops. */
async function openUnwatched(options: BrowserContextOptions = {}): Promise<Page> {
  return show(await newPage(options))
}

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: WIDE, ...options })
  contexts.push(context)
  return context.newPage()
}

async function show(page: Page): Promise<Page> {
  await page.goto(server.origin)
  await connectionSays(page, 'Live')
  return page
}

async function connectionSays(page: Page, text: string | RegExp): Promise<void> {
  await eventually(() => page.locator('#connection').textContent(), text)
}

/** Waits until `read` returns the expected value. */
async function eventually<Value>(read: () => Promise<Value>, expected: Value | RegExp): Promise<void> {
  await vi.waitFor(async () => {
    const value = await read()
    if (expected instanceof RegExp) expect(value).toMatch(expected)
    else expect(value).toEqual(expected)
  }, PATIENCE)
}

function rowOf(page: Page, id: string): Locator {
  return page.locator(`tbody tr[data-id="${id}"]`)
}

function textOf(row: Locator, cell: string): () => Promise<string | undefined> {
  return async () => (await row.locator(cell).textContent())?.trim()
}

async function shownIds(page: Page): Promise<string[]> {
  return page.locator('tbody tr:visible').evaluateAll((rows) => rows.map((row) => row.dataset['id'] ?? ''))
}

async function total(page: Page, name: string): Promise<string | null> {
  return page.locator(`[data-total="${name}"]`).textContent()
}

function secondsAgo(seconds: number): Date {
  return new Date(Date.now() - seconds * 1000)
}

/** An event of a call that began some seconds ago. */
function event(name: string, callId: string, call: Record<string, unknown> = {}, seconds = 60): object {
  const agent = { agentId: 'agent-1', name: 'Front desk' }
  return callEvent(
    name,
    { callId, agent, created: secondsAgo(seconds).toISOString(), ...call },
    secondsAgo(seconds),
  )
}

describe('the page of live-calls', () => {
  it('says what to do while there are no calls', async () => {
    const page = await open()
    await page.getByText('No calls yet.').waitFor()
    expect(await page.locator('#empty').textContent()).toContain('/webhooks/truedy')
    expect(await page.title()).toBe('Live calls')
  })

  it('shows each event of a call once it is delivered', async () => {
    const page = await open()
    const row = rowOf(page, 'c1')

    await deliver(server, event('call.started', 'c1'))
    await eventually(textOf(row, '.state'), 'Started')
    expect(await textOf(row, '.agent')()).toBe('Front desk')
    expect(await page.locator('#empty').isVisible()).toBe(false)
    await eventually(() => page.title(), '(1) Live calls')

    await deliver(server, event('call.joined', 'c1', { costUsd: 0.01, joined: secondsAgo(50).toISOString() }))
    await eventually(textOf(row, '.state'), 'Joined')
    expect(await textOf(row, '.cost')()).toBe('so far $0.01')
    await eventually(textOf(row, '.duration'), /^0:5\d$/)

    await deliver(server, event('call.ended', 'c1', { duration: 61.5, costUsd: 0.1, endReason: 'hangup' }, 0))
    await eventually(textOf(row, '.state'), 'Ended')
    expect(await textOf(row, '.outcome')()).toBe('Caller hung up')
    expect(await textOf(row, '.duration')()).toBe('1:01')
    expect(await textOf(row, '.cost')()).toBe('unbilled $0.10')

    await deliver(server, event('call.billed', 'c1', { costUsd: 0.12 }, 0))
    await eventually(textOf(row, '.cost'), '$0.12')
    await eventually(() => total(page, 'cost'), '$0.12')
    await eventually(() => total(page, 'ended'), '1')
    await eventually(() => page.title(), 'Live calls')
  })

  it('keeps a call ended if it is reported joined afterward', async () => {
    const page = await open()
    await deliver(server, event('call.ended', 'c1', { endReason: 'agent_hangup' }, 1))
    await eventually(textOf(rowOf(page, 'c1'), '.state'), 'Ended')
    await deliver(server, event('call.joined', 'c1', { joined: secondsAgo(31.5).toISOString() }, 31.5))
    await eventually(textOf(rowOf(page, 'c1'), '.duration'), '0:30')
    expect(await textOf(rowOf(page, 'c1'), '.state')()).toBe('Ended')
    await eventually(() => total(page, 'inProgress'), '0')
  })

  it('says why a call failed', async () => {
    const page = await open()
    await deliver(server, event('call.failed', 'c1', { errorMessage: 'The carrier rejected the call.' }))
    await eventually(textOf(rowOf(page, 'c1'), '.outcome'), 'The carrier rejected the call.')
    expect(await textOf(rowOf(page, 'c1'), '.state')()).toBe('Failed')
  })

  it('lists calls in progress first, and then the others by their end', async () => {
    await deliver(server, event('call.ended', 'ended first', {}, 50))
    await deliver(server, event('call.started', 'new', {}, 10))
    const long = { created: secondsAgo(300).toISOString() }
    await deliver(server, event('call.joined', 'long', long, 280))
    const page = await open()
    await eventually(() => shownIds(page), ['new', 'long', 'ended first'])
    await deliver(server, event('call.ended', 'long', long, 0))
    await eventually(() => shownIds(page), ['new', 'long', 'ended first'])
    await deliver(server, event('call.ended', 'late news', {}, 30))
    await eventually(() => shownIds(page), ['new', 'long', 'late news', 'ended first'])
    await deliver(server, event('call.started', 'newest', {}, 1))
    await eventually(() => shownIds(page), ['newest', 'new', 'long', 'late news', 'ended first'])
  })

  it('counts the time of calls in progress by the clock of the server', async () => {
    await deliver(server, event('call.joined', 'c1', { joined: secondsAgo(100).toISOString() }))
    const page = await newPage()
    // The clock of this browser is wrong by a day.
    await page.addInitScript('{ const now = Date.now; Date.now = () => now() + 86_400_000 }')
    await show(page)
    await eventually(textOf(rowOf(page, 'c1'), '.duration'), /^1:[45]\d$/)
    const first = await textOf(rowOf(page, 'c1'), '.duration')()
    const talkTime = await total(page, 'talkTime')
    await vi.waitFor(async () => {
      expect(await textOf(rowOf(page, 'c1'), '.duration')()).not.toBe(first)
      expect(await total(page, 'talkTime')).not.toBe(talkTime)
    }, PATIENCE)
  })

  it('shows markup in events as text', async () => {
    const page = await open()
    const markup = '<img src=x onerror="document.title=\'run\'"><b>bold</b>'
    await deliver(
      server,
      event('call.ended', 'c1', {
        agent: { name: markup },
        endReason: '<script>document.title="run"</script>',
      }),
    )
    await deliver(server, event('call.failed', '"><script>', { errorMessage: markup }))
    await deliver(server, event('call.ended', 'c2', { endReason: 'constructor' }))
    await eventually(textOf(rowOf(page, 'c1'), '.agent'), markup)
    expect(await textOf(rowOf(page, 'c1'), '.outcome')()).toBe('<script>document.title="run"</script>')
    await eventually(textOf(rowOf(page, 'c2'), '.outcome'), 'constructor')
    expect(await page.locator('tbody :is(img, b, script)').count()).toBe(0)
    expect(await page.title()).toBe('Live calls')
  })
})

describe('the filter and the search', () => {
  beforeEach(async () => {
    await deliver(server, event('call.joined', 'joined-1', {}, 30))
    await deliver(server, event('call.ended', 'ended-1', { agent: { name: 'Reservations' } }, 20))
    await deliver(server, event('call.ended', 'ended-2', { endReason: 'timeout' }, 10))
    await deliver(server, event('call.failed', 'failed-1', { errorMessage: 'The carrier rejected.' }, 5))
  })

  it('work with the keyboard alone', async () => {
    const page = await open()
    await eventually(() => shownIds(page), ['joined-1', 'failed-1', 'ended-2', 'ended-1'])
    const press = (key: string) => page.keyboard.press(key)

    await press('Tab')
    expect(await focused(page)).toBe('Skip to the calls')
    await press('Tab')
    expect(await focused(page)).toBe('all')
    await press('ArrowRight')
    await eventually(() => shownIds(page), ['joined-1'])
    await press('ArrowRight')
    await eventually(() => shownIds(page), ['ended-2', 'ended-1'])
    await press('ArrowRight')
    await eventually(() => shownIds(page), ['failed-1'])
    await press('ArrowRight')
    await eventually(() => shownIds(page), ['joined-1', 'failed-1', 'ended-2', 'ended-1'])

    await press('Tab')
    await page.keyboard.type('RESERV')
    await eventually(() => shownIds(page), ['ended-1'])
    await eventually(() => page.locator('#summary').textContent(), /^1 of 4 calls shown\./)
    await press('Escape')
    await page.keyboard.type('time limit')
    await eventually(() => shownIds(page), ['ended-2'])
    await press('Enter')
    expect(page.url()).toBe(`${server.origin}/`)
    await page.keyboard.type(' of nobody')
    await page.getByText('No calls match.').waitFor()
    await press('Tab')
    expect(await focused(page)).toBe('Show all calls')
    await press('Enter')
    await eventually(async () => (await shownIds(page)).length, 4)
    expect(await page.locator('#no-match').isVisible()).toBe(false)
  })

  it('apply to calls that arrive and change', async () => {
    const page = await open()
    await page.getByRole('radio', { name: 'In progress' }).check()
    await eventually(() => shownIds(page), ['joined-1'])
    await deliver(server, event('call.ended', 'joined-1', {}, 0))
    await eventually(() => shownIds(page), [])
    await page.getByText('No calls match.').waitFor()
    await deliver(server, event('call.started', 'new', {}, 0))
    await eventually(() => shownIds(page), ['new'])
    expect(await page.locator('[data-count="ended"]').textContent()).toBe('3')
  })

  it('show where the focus is', async () => {
    const page = await open()
    for (const place of ['skip', 'filter', 'search']) {
      await page.keyboard.press('Tab')
      const outlines = await page.evaluate(() => {
        const element = document.activeElement
        const shown = [element, element?.closest('label')].filter((one) => one != null)
        return shown.map((one) => getComputedStyle(one).outline)
      })
      expect(
        outlines.some((outline) => outline.includes('solid 2px')),
        place,
      ).toBe(true)
    }
  })

  async function focused(page: Page): Promise<string> {
    return page.evaluate(() => {
      const element = document.activeElement
      return (element instanceof HTMLInputElement ? element.value : element?.textContent) ?? ''
    })
  }
})

describe('the connection of the page', () => {
  it('is reopened after a restart of the server, and the page shows the state that the server has then', async () => {
    const page = await openUnwatched()
    await deliver(server, event('call.joined', 'before'))
    await eventually(() => shownIds(page), ['before'])
    const port = Number(new URL(server.origin).port)

    await server.stop()
    await connectionSays(page, /^Connection lost, reconnecting\. Data as of \d\d:\d\d:\d\d\.$/)
    const stopped = await textOf(rowOf(page, 'before'), '.duration')()
    await page.waitForTimeout(2500)
    expect(await textOf(rowOf(page, 'before'), '.duration')()).toBe(stopped)

    server = await startServer(directory, { port })
    await deliver(server, event('call.started', 'after'))
    await connectionSays(page, 'Live')
    await eventually(() => shownIds(page), ['after'])
  })

  it('is reopened after the server rejected it', async () => {
    const page = await openUnwatched()
    await page.route('**/events', (route) => route.fulfill({ status: 503 }))
    const port = Number(new URL(server.origin).port)
    await server.stop()
    await connectionSays(page, /^Connection lost/)
    server = await startServer(directory, { port })
    await page.waitForTimeout(4000)
    await connectionSays(page, /^Connection lost/)
    await page.unroute('**/events')
    await connectionSays(page, 'Live')
  })
})

describe('a thousand calls', () => {
  /** One tenth of them are in progress. */
  const thousand = Array.from({ length: 1000 }, (_, index) =>
    index % 10 === 0
      ? event('call.joined', `call-${index}`, { joined: secondsAgo(index).toISOString() }, index)
      : event('call.ended', `call-${index}`, { duration: 60, costUsd: 0.1, endReason: 'hangup' }, index),
  )

  it('appear soon, and leave the page responsive', async () => {
    await deliverAll(server, thousand)
    const began = performance.now()
    const page = await open()
    await eventually(() => page.locator('tbody tr').count(), 1000)
    expect(performance.now() - began).toBeLessThan(15_000)
    await eventually(() => total(page, 'cost'), '$90.00')

    const slowest = await page.evaluate(scrollThrough)
    console.log(`Slowest frame while scrolling through 1,000 calls: ${slowest.toFixed(0)} ms`)
    expect(slowest).toBeLessThan(1000)
    const shift = await page.evaluate(layoutShift)
    expect(shift).toBeLessThan(0.1)
  })

  it('may all arrive while the page is open, which keeps the newest thousand', async () => {
    const page = await open()
    await deliverAll(server, thousand)
    await eventually(() => page.locator('tbody tr').count(), 1000)
    await page.getByRole('searchbox').fill('call-777')
    await eventually(() => shownIds(page), ['call-777'])
    await page.getByRole('searchbox').fill('')
    await deliver(server, event('call.started', 'one more', {}, 0))
    await eventually(async () => (await shownIds(page))[0], 'one more')
    await eventually(() => page.locator('tbody tr').count(), 1000)
  })

  /** Scrolls down for three seconds, and returns the longest time between two frames in milliseconds. */
  async function scrollThrough(): Promise<number> {
    const began = performance.now()
    let last = began
    let slowest = 0
    while (last - began < 3000) {
      window.scrollBy(0, 200)
      const time = await new Promise<number>(requestAnimationFrame)
      slowest = Math.max(slowest, time - last)
      last = time
    }
    return slowest
  }

  /** The layout shift since the page was opened, as in web vitals. */
  async function layoutShift(): Promise<number> {
    return new Promise((resolve) => {
      new PerformanceObserver((list) => {
        // TypeScript's DOM library has no type for these entries yet.
        const shifts = list.getEntries() as (PerformanceEntry & { value: number })[]
        resolve(shifts.reduce((sum, { value }) => sum + value, 0))
      }).observe({ type: 'layout-shift', buffered: true })
      setTimeout(() => resolve(0), 1000)
    })
  }
})

describe('the accessibility of the page', () => {
  const schemes = ['light', 'dark'] as const
  const viewports = { phone: PHONE, wide: WIDE }
  const cases = schemes.flatMap((colorScheme) =>
    Object.entries(viewports).map(([name, viewport]) => ({ name, viewport, colorScheme })),
  )

  it.each(cases)(
    'has no axe violation on a $name screen, $colorScheme',
    async ({ viewport, colorScheme }) => {
      await playEvening()
      // The page's own policy would block axe, a foreign script.
      const page = await open({ viewport, colorScheme, bypassCSP: true, reducedMotion: 'reduce' })
      await eventually(async () => (await shownIds(page)).length > 50, true)
      expect(await violations(page)).toEqual([])
      await page.getByRole('searchbox').fill('nothing like it')
      await page.getByText('No calls match.').waitFor()
      expect(await violations(page)).toEqual([])
    },
  )

  it('has no axe violation while the page is empty or the connection is lost', async () => {
    const page = await openUnwatched({ bypassCSP: true })
    expect(await violations(page)).toEqual([])
    await server.stop()
    await connectionSays(page, /^Connection lost/)
    expect(await violations(page)).toEqual([])
  })

  it('includes a layout that fits the narrowest phone, whatever the texts', async () => {
    const long = 'x'.repeat(150)
    await deliver(
      server,
      event('call.failed', long, { agent: { name: long }, errorMessage: long, costUsd: 1234.5 }),
    )
    await deliver(server, event('call.joined', 'c2', { costUsd: 10_000 }, 500_000))
    const page = await open({ viewport: NARROW })
    await eventually(async () => (await shownIds(page)).length, 2)
    for (const width of [360, 768, 1025, 1440]) {
      await page.setViewportSize({ width, height: 740 })
      const content = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(content, `at ${width} px`).toBeLessThanOrEqual(width)
    }
  })

  it('includes a table for screen readers, even on a phone', async () => {
    await deliver(server, event('call.ended', 'c1', { endReason: 'hangup' }))
    const page = await open({ viewport: PHONE })
    await rowOf(page, 'c1').waitFor()
    const session = await page.context().newCDPSession(page)
    const { nodes } = await session.send('Accessibility.getFullAXTree')
    const namesOf = (role: string) =>
      nodes.filter((node) => !node.ignored && node.role?.value === role).map((node) => node.name?.value)
    expect(namesOf('table')).toEqual(['Calls in progress first, then finished calls, the latest first'])
    expect(namesOf('columnheader')).toEqual(['State', 'Agent', 'Outcome', 'Call', 'Time', 'Duration', 'Cost'])
    expect(namesOf('row')).toHaveLength(2)
    expect(namesOf('rowheader')).toEqual(['Front desk'])
    expect(namesOf('heading')).toEqual(['Live calls', 'Totals', 'Calls'])
    for (const landmark of ['banner', 'main', 'contentinfo', 'search']) {
      expect(namesOf(landmark), landmark).toHaveLength(1)
    }
  })

  it('includes announcements that do not follow every tick', async () => {
    await deliver(server, event('call.joined', 'c1'))
    const page = await open()
    await rowOf(page, 'c1').waitFor()
    await page.evaluate(() => {
      const regions = document.querySelectorAll('[role="status"], [aria-live]')
      const watcher = new MutationObserver((changes) => {
        document.body.dataset['announced'] = String(changes.length)
      })
      for (const region of regions) {
        watcher.observe(region, { childList: true, characterData: true, subtree: true })
      }
    })
    await deliver(server, event('call.started', 'c2'))
    await rowOf(page, 'c2').waitFor()
    await page.waitForTimeout(3000)
    expect(await page.evaluate(() => document.body.dataset['announced'])).toBeUndefined()
  })

  it('includes no flashing for users who prefer reduced motion', async () => {
    const animations = async (reducedMotion: 'reduce' | 'no-preference') => {
      const page = await open({ reducedMotion })
      await page.evaluate(() => {
        const animate = Element.prototype.animate
        document.body.dataset['animations'] = '0'
        Element.prototype.animate = function (...args) {
          document.body.dataset['animations'] = String(Number(document.body.dataset['animations']) + 1)
          return animate.apply(this, args)
        }
      })
      await deliver(server, event('call.started', reducedMotion))
      await rowOf(page, reducedMotion).waitFor()
      return page.evaluate(() => document.body.dataset['animations'])
    }
    expect(await animations('no-preference')).toBe('1')
    expect(await animations('reduce')).toBe('0')
  })

  // UPDATE_SCREENSHOT=true npx vitest run --config test/examples/vitest.config.ts -t screenshot
  it('the screenshot in the README is small and taken from deliveries', async () => {
    await playEvening()
    const page = await open({ viewport: { width: 1280, height: 800 } })
    await eventually(async () => (await shownIds(page)).length > 50, true)
    const taken = await page.screenshot()
    expect(taken.length).toBeLessThan(SCREENSHOT_BYTES)
    if (process.env['UPDATE_SCREENSHOT']) await writeFile(SCREENSHOT, taken)
    expect((await stat(SCREENSHOT)).size).toBeLessThan(SCREENSHOT_BYTES)
  })

  /** Delivers the events of the last twenty minutes. */
  async function playEvening(): Promise<void> {
    const { evening } = await load<Evenings>(directory, 'evening.js')
    const now = Date.now()
    const deliveries = evening({ from: now - 1_200_000, until: now, random: seeded(133) })
    for (const { at, payload } of deliveries) if (at <= now) await deliver(server, payload)
  }

  /** The violations that axe finds on a page, in short form. */
  async function violations(page: Page): Promise<string[]> {
    const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
    await page.evaluate(await readFile(path, 'utf8'))
    const results = await page.evaluate<AxeResults>('axe.run()')
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }
})
