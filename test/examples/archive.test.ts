/** `examples/archive` keeps every delivery as it was signed, so that it can be processed again. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { environment, installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { sendEveryCase } from './every-case.js'

const SOON_MS = 30_000

let workspace: string
let directory: string
let postgres: PostgresServer
let server: Server
/** The events that must be processed, each once. */
const keys: string[] = []

const SECRET = 'whsec_archive'
const start = () =>
  startServer(directory, { env: { DATABASE_URL: postgres.url, TRUEDY_WEBHOOK_SECRET: SECRET } })

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-archive-'))
  postgres = await startPostgres()
  directory = await installExample('archive', await packLibrary(workspace), workspace)
  server = await start()
})

afterAll(async () => {
  await server?.stop()
  await postgres?.stop()
  await rm(workspace, { recursive: true, force: true })
})

async function post(event: object): Promise<number> {
  const delivery = await signDelivery(event, SECRET)
  return (await fetch(server.url, { method: 'POST', ...delivery })).status
}

/** Runs `npm run replay`, and returns the printed keys and counts. */
async function replay(...args: string[]) {
  const env = { ...environment(), DATABASE_URL: postgres.url }
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'replay', '--', ...args], {
    cwd: directory,
    env,
  })
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const counts: unknown = lines.pop()
  return { counts, keys: lines.map(({ key }) => String(key)) }
}

const count = async (where: string) =>
  Number(await postgres.run(`SELECT count(*) FROM truedy_deliveries WHERE ${where}`))
const allProcessed = () =>
  vi.waitFor(async () => expect(await count('processed_at IS NULL')).toBe(0), SOON_MS)

it('examples/archive responds as an endpoint must, and processes each event once', async () => {
  keys.push(...(await sendEveryCase(server.url, SECRET)))
  await vi.waitFor(
    () =>
      expect(
        server
          .processedLines()
          .map(({ key }) => key)
          .sort(),
      ).toEqual([...keys].sort()),
    SOON_MS,
  )
  expect(server.errorOutput()).toBe('')
})

it('examples/archive keeps every delivery byte for byte, even the second one of an event', async () => {
  const event = { ...sampleEvent('call.ended'), note: 'ü \ud83d\ude00 \\u0000' }
  const { body, headers } = await signDelivery(event, SECRET)
  // No parser restores this spelling.
  const key = dedupeKey(parseEvent(event))
  keys.push(key)
  for (let i = 0; i < 2; i++) {
    expect((await fetch(server.url, { method: 'POST', headers, body })).status).toBe(204)
  }
  const kept = await postgres.run(
    `SELECT DISTINCT encode(convert_to(payload, 'UTF8'), 'hex') FROM truedy_deliveries WHERE dedupe_key = '${key}'`,
  )
  expect(Buffer.from(kept, 'hex').toString()).toBe(body)
  expect(await count(`dedupe_key = '${key}' AND event_type = 'call.ended' AND received_at <= now()`)).toBe(2)
  await allProcessed()
  expect(server.processedLines().filter((line) => line.key === key)).toHaveLength(1)
})

it('examples/archive does not replay what was processed', async () => {
  const { counts, keys: again } = await replay()
  expect(counts).toEqual({ processed: 0, duplicate: 0, failed: 0 })
  expect(again).toEqual([])
})

it('examples/archive replays each event of a backfill once, even if the backfill runs twice', async () => {
  const first = await replay('--backfill', 'durations')
  const ended = keys.filter((key) => key.startsWith('call.ended'))
  expect(first.keys.sort()).toEqual(ended.sort())
  expect((await replay('--backfill', 'durations')).keys).toEqual([])
})

it('examples/archive replays only deliveries that were received in the given time', async () => {
  expect((await replay('--from', '2100-01-01')).counts).toEqual({ processed: 0, duplicate: 0, failed: 0 })
  expect((await replay('--to', '2020-01-01')).counts).toEqual({ processed: 0, duplicate: 0, failed: 0 })
})

it('examples/archive retries failed events, and replays those that were given up', async () => {
  const file = join(directory, 'handlers.js')
  const source = await readFile(file, 'utf8')
  await server.stop()
  await writeFile(file, `${source}\nlive.onEvent = () => { throw new Error('A bug.') }\n`)
  server = await start()
  const event = sampleEvent('call.failed')
  const key = dedupeKey(parseEvent(event))
  expect(await post(event)).toBe(204)
  await vi.waitFor(async () => expect(await count(`dedupe_key = '${key}' AND attempts > 2`)).toBe(1), SOON_MS)
  // Makes the event look as if it had been tried for nine hours.
  await postgres.run(
    `UPDATE truedy_deliveries SET attempts = 15, process_at = now() WHERE dedupe_key = '${key}'`,
  )
  await vi.waitFor(
    async () =>
      expect(
        await count(
          `dedupe_key = '${key}' AND attempts = 16 AND process_at IS NULL AND processed_at IS NULL`,
        ),
      ).toBe(1),
    SOON_MS,
  )
  await server.stop()
  await writeFile(file, source)
  expect((await replay()).keys).toEqual([key])
  await allProcessed()
  server = await start()
})

it('examples/archive processes what it acknowledged before a crash, and responds with 500 while the database is down', async () => {
  const event = sampleEvent('call.ended')
  const key = dedupeKey(parseEvent(event))
  expect(await post(event)).toBe(204)
  await postgres.halt('SIGQUIT')
  expect(await post(sampleEvent('call.ended'))).toBe(500)
  await postgres.resume()
  // If the crash hit the worker while it processed this row, the row is claimed again after one minute.
  await postgres.run('UPDATE truedy_deliveries SET process_at = now() WHERE process_at IS NOT NULL')
  await postgres.run('UPDATE truedy_webhooks SET expires_at = now() WHERE owner IS NOT NULL')
  await vi.waitFor(
    () => expect(server.processedLines().filter((line) => line.key === key).length).toBeGreaterThan(0),
    SOON_MS,
  )
})
