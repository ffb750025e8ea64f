import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { formatDelivery, type SavedRequest } from '../../../../src/cli/saved-delivery.js'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught } from '../../support/http.js'
import { listen, post, validDelivery } from '../../support/listen.js'
import { keeper, receiver, send } from '../../support/send.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const BODY =
  '{"event": "call.ended", "timestamp": 1773844320, "data": {"call": {"duration": 142.0}, "tags": [1, 2]}}'
const HEADERS: SavedRequest['headers'] = [
  ['Host', 'tunnel.example'],
  ['Content-Length', '9'],
  ['X-Truedy-Timestamp', '1773844320'],
  ['X-Truedy-Signature', 'a'],
  ['x-truedy-signature', 'b'],
  ['Authorization', 'Basic x'],
]

/** Saves a delivery in a file. */
function save(path: string, changes: Partial<SavedRequest> & { isValid?: boolean } = {}): string {
  const { isValid = true, ...request } = changes
  const text = formatDelivery({
    receivedAt: '2026-03-18T14:32:00.000Z',
    verdict: { isValid, outcome: 'processed' },
    request: {
      method: 'POST',
      path: '/',
      headers: HEADERS,
      body: Buffer.from(BODY),
      isWhole: true,
      ...request,
    },
  })
  writeFileSync(path, text)
  return path
}

describe('send --from', () => {
  it('replays what listen saved, with fresh timestamps and signatures', async () => {
    const folder = join(newFolder(), 'saved')
    const { url, shown } = await listen('--save', folder)
    for (const name of ['call.started', 'call.ended'] as const) {
      await post(url, await signDelivery(sampleEvent(name), CLI_SECRET, { timestamp: 1_000_000_000 }))
    }
    await post(url, await validDelivery())
    await shown(3)
    await eventually(() =>
      expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toHaveLength(3),
    )
    const { code, objects } = await send([await receiver(), '--from', folder, '--json'])
    expect(code).toBe(0)
    expect(objects().slice(0, 3)).toMatchObject([
      { event: 'call.started', status: 204 },
      { event: 'call.ended', status: 204 },
      { event: 'call.ended', status: 204 },
    ])
  })

  it('sends the saved body byte for byte', async () => {
    const { url, seen } = await keeper()
    const { code } = await send([url, '--from', save(join(newFolder(), 'one.txt'))])
    expect(code).toBe(0)
    expect(seen[0]?.body).toBe(BODY)
    expect(seen[0]?.headers['x-truedy-timestamp']).not.toBe('1773844320')
    expect(seen[0]?.headers['x-truedy-signature']).toMatch(/^[\da-f]{64}$/)
  })

  it('reads a file from standard input', async () => {
    const { url, seen } = await keeper()
    const text = formatDelivery({
      receivedAt: '',
      verdict: { isValid: true, outcome: 'processed' },
      request: { method: 'POST', path: '/', headers: [], body: Buffer.from(BODY), isWhole: true },
    })
    await send([url, '--from', '-'], testSurroundings({ readInput: async () => Buffer.from(text) }))
    expect(seen).toMatchObject([{ body: BODY }])
  })

  it('sends everything as captured with --keep, except connection and masked headers', async () => {
    const { url, seen } = await keeper()
    await send([url, '--from', save(join(newFolder(), 'one.json')), '--keep'])
    const headers = seen[0]?.headers ?? {}
    expect(seen[0]?.body).toBe(BODY)
    expect(headers).toMatchObject({
      'x-truedy-timestamp': '1773844320',
      'x-truedy-signature': 'a, b',
      'content-length': String(BODY.length),
    })
    expect(headers.host).not.toBe('tunnel.example')
    expect(headers).not.toHaveProperty('authorization')
  })

  it('never signs a delivery that had no valid signature', async () => {
    const folder = newFolder()
    save(join(folder, '1.json'), { isValid: false })
    save(join(folder, '2.json'))
    const { url, seen } = await keeper()
    const { stderr } = await send([url, '--from', folder])
    expect(seen.map(({ headers }) => headers['x-truedy-signature'])).toEqual([
      'a, b',
      expect.stringMatching(/^[\da-f]{64}$/),
    ])
    expect(stderr).toContain('1 of 2 had no valid signature')
  })

  it('says how many deliveries are not signed again, unless none is, or all are sent as captured', async () => {
    const folder = newFolder()
    const { url } = await keeper()
    for (const name of ['3', '2', '1']) save(join(folder, `${name}.json`))
    expect((await send([url, '--from', folder])).stderr).toBe('')
    save(join(folder, '1.json'), { isValid: false })
    const { stderr } = await send([url, '--from', folder])
    expect(stderr.replace(/\s+/g, ' ')).toBe(
      "1 of 3 had no valid signature when it was captured. Such a delivery isn't signed again, but sent as captured. ",
    )
    expect(stderr).toContain('\n')
    save(join(folder, '2.json'), { isValid: false })
    expect((await send([url, '--from', folder])).stderr).toContain(
      '2 of 3 had no valid signature when they were',
    )
    expect((await send([url, '--from', folder, '--keep'])).stderr).toBe('')
  })

  it('sends any body, without --set', async () => {
    const { url, seen } = await keeper()
    await send([url, '--from', save(join(newFolder(), '1.json'), { body: Uint8Array.of(0x7b, 0xff) })])
    expect(seen).toHaveLength(1)
  })

  it('says why each delivery of a folder is not sent', async () => {
    const folder = newFolder()
    save(join(folder, '1.json'), { method: 'GET' })
    save(join(folder, '2.json'), { isWhole: false })
    const { stderr } = await send(['http://127.0.0.1:1/', '--from', folder])
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/it was a GET, .* \S+2\.json is not sent: only the beginning/)
  })

  it('skips files that are not deliveries or are incomplete, and says so', async () => {
    const folder = newFolder()
    save(join(folder, '1.json'), { method: 'GET' })
    save(join(folder, '2.json'), { isWhole: false })
    save(join(folder, '3.json'))
    writeFileSync(join(folder, '.hidden.json'), 'x')
    writeFileSync(join(folder, '4.json.part'), '{"half')
    mkdirSync(join(folder, 'more'))
    const { url, seen } = await keeper()
    const { stderr, code } = await send([url, '--from', folder])
    expect(seen).toHaveLength(1)
    expect(stderr.match(/is not sent/g)).toHaveLength(2)
    expect(code).toBe(0)
  })

  it('supports --retry and --rate', async () => {
    const folder = newFolder()
    for (let count = 0; count < 4; count++) save(join(folder, `${count}.json`))
    const { url, seen } = await keeper((nth) => ({ status: nth === 1 ? 503 : 204 }))
    const { code } = await send([url, '--from', folder, '--rate', 1000, '--retry', '--speed', 1e6])
    expect(code).toBe(0)
    expect(seen).toHaveLength(5)
  })

  it.each<[string, (folder: string) => string, RegExp]>([
    ['is missing', (folder) => join(folder, 'none'), /there is no such file/],
    [
      'is an empty folder',
      (folder) => folder,
      /contains no delivery that can be sent\. It has no \.json files/,
    ],
    ['is a file of another kind', () => 'package.json', /isn't a file that listen --save wrote/],
    [
      'is an incomplete delivery',
      (folder) => save(join(folder, '1.json'), { isWhole: false }),
      /only the beginning/,
    ],
  ])('says why it sends nothing if the path %s', async (_, path, message) => {
    const { url, seen } = await keeper()
    const { code, stderr } = await send([url, '--from', path(newFolder())])
    expect(stderr.replace(/\n/g, ' ')).toMatch(message)
    expect({ code, seen }).toEqual({ code: 1, seen: [] })
  })

  it.each([
    [['--from', 'x', '--all'], "--from can't be combined with --all"],
    [['--from', 'x', '--data', '-'], "--from can't be combined with --data"],
    [['--from', 'x', '--count', '2'], "--from can't be combined with --count"],
    [['call.ended', '--from', 'x'], '--from already says what to send'],
    [['--keep'], '--keep needs --from'],
    [['--keep', '--set', 'a=1'], '--keep needs --from'],
    [['call.ended', '--keep'], '--keep needs --from'],
    [['--from', 'x', '--keep', '--set', 'a=1'], "--keep can't be combined with --set"],
    [['--set', 'a=1', '--data', '-'], '--data without EVENT is the whole body'],
    [['--set', '=1'], '--set takes PATH=VALUE'],
    [['--set', 'data..call=1'], '--set takes PATH=VALUE'],
    [['--set', 'data.call'], '--set takes PATH=VALUE'],
  ])('rejects %j', async (args, message) => {
    const { code, stderr } = await send(['http://127.0.0.1:1/', ...args])
    expect(stderr.replace(/\n/g, ' ')).toContain(message)
    expect(code).toBe(2)
  })
})

describe('send --set', () => {
  it.each([
    ['5', 5],
    ['"5"', '5'],
    ['text with = and blanks', 'text with = and blanks'],
    ['{"a": [1]}', { a: [1] }],
    ['', ''],
    ['null', null],
  ])('sets a field to %s in samples and in --data', async (value, expected) => {
    const { url, events } = await keeper()
    const set = ['--set', `data.call.duration=${value}`, '--set', 'data.call.new.field=x']
    await send([url, 'call.ended', ...set])
    const readInput = async () => Buffer.from('{"call":{"cost":1.0}}')
    await send([url, 'call.ended', '--data', '-', ...set], testSurroundings({ readInput }))
    for (const { data } of events()) {
      expect(data).toMatchObject({ call: { duration: expected, new: { field: 'x' } } })
    }
    expect(events()).toHaveLength(2)
  })

  it('signs the changed body, and keeps the rest of a saved body as it is', async () => {
    const path = save(join(newFolder(), 'one.json'))
    const { url, seen } = await keeper()
    await send([url, '--from', path, '--set', 'data.call.duration=5.0', '--set', 'data.tags.1=ü'])
    expect(seen[0]?.body).toBe(BODY.replace('142.0', '5.0').replace('2]', '"\\u00fc"]'))
    expect((await send([await receiver(), '--from', path, '--set', 'id=evt_1'])).code).toBe(0)
  })

  it('changes each event of a scenario', async () => {
    const { url, events } = await keeper()
    await send([url, '--scenario', 'call', '--speed', 1e6, '--set', 'data.marked=true'])
    expect(events().length).toBeGreaterThan(3)
    expect(events().every(({ data }) => (data as { marked?: boolean }).marked)).toBe(true)
  })

  it("sends nothing if the path can't exist", async () => {
    const { url, seen } = await keeper()
    const { code, stderr } = await send([url, 'call.ended', '--set', 'event.call=1'])
    expect(stderr).toContain("--set can't change event.call")
    expect({ code, seen }).toEqual({ code: 1, seen: [] })
  })

  it.each([
    ['event.call.id', 'event is neither an object nor an array with an element call'],
    ['data.call.duration.unit', 'data.call.duration is neither an object nor an array with an element unit'],
    ['data.tags.2', 'data.tags is neither an object nor an array with an element 2'],
    ['data.tags.1.x.y', 'data.tags.1 is neither an object nor an array with an element x'],
  ])('names the part of %s that blocks the change', async (path, message) => {
    const { stderr } = await send([
      'http://127.0.0.1:1/',
      '--from',
      save(join(newFolder(), '1.json')),
      '--set',
      `${path}=1`,
    ])
    expect(stderr.replace(/\n/g, ' ')).toContain(message)
  })

  it.each([['[1,'], [Uint8Array.of(0x7b, 0xff)]])(
    'says that the body is not JSON (case %#)',
    async (body) => {
      const path = save(join(newFolder(), '1.json'), { body: Buffer.from(body) })
      const { code, stderr } = await send(['http://127.0.0.1:1/', '--from', path, '--set', 'event=x'])
      expect(stderr).toContain("--set can't change a body that is not JSON")
      expect(code).toBe(1)
    },
  )

  it('leaves out white space around a value that is JSON', async () => {
    const { url, seen } = await keeper()
    await send([url, '--from', save(join(newFolder(), '1.json')), '--set', 'data.tags= [3] '])
    expect(seen[0]?.body).toBe(BODY.replace('[1, 2]', '[3]'))
  })

  it('sends none of several types if one of them has no place for the change', async () => {
    const { url, seen } = await keeper()
    // A call has no `status`, and a batch has a string.
    const { stderr } = await send([url, '--all', '--set', 'data.status.x=1'])
    expect(stderr).toContain("--set can't change data.status.x")
    expect(seen).toEqual([])
  })

  it('points to the help of send', async () => {
    const { stderr } = await send(['http://127.0.0.1:1/', '--set', 'data.call'])
    expect(stderr).toContain('truedy-webhooks send --help')
  })

  it('names the body if it has no fields', async () => {
    const path = save(join(newFolder(), '1.json'), { body: Buffer.from('5') })
    const { stderr } = await send(['http://127.0.0.1:1/', '--from', path, '--set', 'event=x'])
    expect(stderr.replace(/\n/g, ' ')).toContain('The body is neither an object nor an array')
  })
})
