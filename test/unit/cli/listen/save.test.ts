import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCli } from '../../../../src/cli/run.js'
import { readSavedDelivery } from '../../../../src/cli/saved-delivery.js'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { createProbe } from '../../../../src/testing/reserialization.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught, serve } from '../../support/http.js'
import { begin, listen, listenIn, post, validDelivery } from '../../support/listen.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

/** A path that listen must create, removed after the test. */
function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  return join(parent, 'a', 'b')
}

/** The files in a folder as JSON, once there are `count` of them. */
async function saved(folder: string, count: number) {
  await eventually(() => {
    const names = readdirSync(folder)
    expect(names.filter((name) => name.endsWith('.json'))).toHaveLength(count)
    expect(names).toHaveLength(count)
  })
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
    .map(({ name, text }) => ({ name, text, file: JSON.parse(text), read: readSavedDelivery(text) }))
}

describe('listen --save', () => {
  it('saves each delivery as received, with its verdict', async () => {
    const folder = newFolder()
    const { url, shown } = await listen('--save', folder)
    const delivery = await validDelivery()
    await post(`${url}?tenant=1`, delivery)
    await post(url, delivery)
    await post(url, { ...delivery, body: `${delivery.body}\n` })
    await shown(3)
    const [first, second, third] = await saved(folder, 3)
    expect(first?.file.verdict).toMatchObject({
      isValid: true,
      outcome: 'processed',
      status: 204,
      event: 'call.ended',
    })
    expect(second?.file.verdict).toMatchObject({ isValid: true, outcome: 'duplicate' })
    expect(third?.file.verdict).toMatchObject({
      isValid: false,
      outcome: 'rejected',
      code: 'signature_mismatch',
      causes: ['body_newline_added'],
    })
    expect(first?.read?.request).toMatchObject({
      method: 'POST',
      path: '/webhooks/truedy?tenant=1',
      body: Buffer.from(delivery.body),
      isWhole: true,
    })
    const headers = Object.fromEntries(first?.read?.request.headers ?? [])
    expect(headers).toMatchObject(delivery.headers)
    expect(first?.name).toMatch(/^\d{4}-\d\d-\d\dT[\d.-]+Z-0001-call\.ended-[\da-f]{8}\.json$/)
  })

  it('saves the response of the app', async () => {
    const folder = newFolder()
    const { url: target } = await serve((_, response) => void response.writeHead(500).end('broken'))
    const { url } = await listen('--save', folder, '--forward', target)
    await post(url, await validDelivery())
    const [only] = await saved(folder, 1)
    expect(only?.file.app).toMatchObject({ status: 500, body: 'broken' })
  })

  it('overwrites nothing, even in the next run', async () => {
    const folder = newFolder()
    for (let run = 0; run < 3; run++) {
      const { url, surroundings, code } = await listen('--save', folder)
      for (let count = 0; count < 3; count++) await post(url, await validDelivery())
      surroundings.interrupt()
      await code
    }
    expect(await saved(folder, 9)).toHaveLength(9)
  })

  it('leaves only complete files once listen has stopped', async () => {
    const folder = newFolder()
    const { url, surroundings, code } = await listen('--save', folder)
    const { headers } = await validDelivery()
    const open = await begin(url, 'half', { ...headers, 'content-length': '10' })
    for (let count = 0; count < 20; count++) await post(url, await validDelivery())
    surroundings.interrupt()
    expect(await code).toBe(130)
    open.destroy()
    const files = await saved(folder, 20)
    expect(files.every(({ read }) => read?.request.isWhole)).toBe(true)
  })

  it('saves no delivery that contains the secret, and says so once', async () => {
    const folder = newFolder()
    const secret = 'whsec_0123456789'
    const surroundings = testSurroundings({ env: { TRUEDY_WEBHOOK_SECRET: secret, BROWSER: 'none' } })
    const { url } = await listenIn(surroundings, '--save', folder, '--other-secret', 'whsec_other_secret')
    const holding = { ...sampleEvent('call.ended'), webhookSecret: secret }
    for (let count = 0; count < 2; count++) await post(url, await signDelivery(holding, secret))
    await post(url, { body: 'whsec_other_secret', headers: {} })
    await post(url, { body: '{}', headers: { authorization: 'Bearer geheim' } })
    const [only] = await saved(folder, 1)
    expect(only?.text).not.toMatch(/whsec|geheim/)
    expect(surroundings.stdout().match(/not\s+saved/g)).toHaveLength(1)
  })

  it('makes the files readable for this user only', async () => {
    const folder = newFolder()
    const { url } = await listen('--save', folder)
    await post(url, await validDelivery())
    const [only] = await saved(folder, 1)
    expect(statSync(join(folder, only?.name ?? '')).mode & 0o077).toBe(0)
    expect(statSync(folder).mode & 0o077).toBe(0)
  })

  it("doesn't save the probe of send", async () => {
    const folder = newFolder()
    const { url, shown } = await listen('--save', folder)
    await runCli(['send', url], testSurroundings({ env: { TRUEDY_WEBHOOK_SECRET: 'whsec_other' } }))
    await shown(2)
    const { body, headers } = await createProbe(CLI_SECRET)
    await post(url, { body: JSON.stringify(JSON.parse(body)), headers })
    await post(url, await validDelivery())
    const files = await saved(folder, 2)
    expect(files.map(({ name }) => name.match(/\d{4}-([\w.]+)-[\da-f]{8}\.json$/)?.[1])).toEqual([
      'signature_mismatch',
      'call.ended',
    ])
  })

  it('makes a file name from any event type', async () => {
    const folder = newFolder()
    const { url } = await listen('--save', folder)
    const event = { ...sampleEvent('call.ended'), event: `../../${'x'.repeat(5000)}\0` }
    await post(url, await signDelivery(event, CLI_SECRET))
    const [only] = await saved(folder, 1)
    expect(only?.name).toMatch(/-\.\._\.\._x+-[\da-f]{8}\.json$/)
  })

  it("continues if a file can't be written, and says why once", async () => {
    const folder = newFolder()
    const { url, surroundings, shown } = await listen('--save', folder)
    rmSync(folder, { recursive: true })
    for (let count = 0; count < 2; count++) expect(await post(url, await validDelivery())).toBe(204)
    await shown(2)
    await eventually(() => expect(surroundings.stdout()).toContain('there is no such folder'))
    expect(surroundings.stdout().match(/can't\s+be\s+saved/g)).toHaveLength(1)
  })

  it('does not start with an invalid folder', async () => {
    const surroundings = testSurroundings()
    expect(await runCli(['listen', '--port', '0', '--save', 'package.json/x'], surroundings)).toBe(1)
    const message = surroundings.stderr().replace(/\n/g, ' ')
    expect(message).toContain('"package.json/x" can\'t be created: a part of the path is a file.')
  })
})

describe('listen --events', () => {
  it('shows and saves only these events and rejected deliveries, and counts the hidden ones', async () => {
    const folder = newFolder()
    const { url, surroundings, shown, code } = await listen(
      '--save',
      folder,
      '--events',
      'call.f*,batch.completed',
    )
    for (const name of ['call.ended', 'call.failed', 'batch.completed'] as const) {
      expect(await post(url, await signDelivery(sampleEvent(name), CLI_SECRET))).toBe(204)
    }
    await post(url, { body: '{}', headers: {} })
    await shown(3)
    expect(await saved(folder, 3)).toHaveLength(3)
    surroundings.interrupt()
    await code
    expect(surroundings.stdout()).not.toContain('call.ended ')
    expect(surroundings.stdout().replace(/\n/g, ' ')).toContain('4 deliveries: 3 processed, 1 rejected')
    expect(surroundings.stdout().replace(/\n/g, ' ')).toContain('1 hidden by --events')
  })

  it.each([
    ['call.end', 'Did you mean "call.ended"?'],
    ['', 'Unknown event "" in --events'],
    ['call.ended,', 'Unknown event "" in --events'],
  ])('rejects %j', async (pattern, message) => {
    const surroundings = testSurroundings()
    expect(await runCli(['listen', '--port', '0', '--events', pattern], surroundings)).toBe(2)
    expect(surroundings.stderr().replace(/\n/g, ' ')).toContain(message)
  })

  it.each([
    ['*', true],
    ['call.*', true],
    ['*.completed', true],
    ['call.ended', true],
    ['call.completed', true],
    ['c.ll*', false],
    ['batch.*', false],
    [`${'*a'.repeat(40)}`, false],
  ])('matches %s with call.completed: %s', async (pattern, isShown) => {
    const { url, lines, surroundings, code } = await listen('--json', '--events', pattern)
    await post(url, await signDelivery(sampleEvent('call.completed'), CLI_SECRET))
    surroundings.interrupt()
    await code
    expect(lines()).toHaveLength(isShown ? 1 : 0)
    expect(lines('summary')).toMatchObject([{ hidden: isShown ? 0 : 1 }])
  })
})
