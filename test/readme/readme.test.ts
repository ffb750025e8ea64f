import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkEndpoint, sampleEvent, signDelivery } from '../../dist/testing.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { answers, freePort } from '../support/server.js'
import { type Block, blocksOf, examplesOf } from './blocks.js'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(import.meta.dirname, '.blocks')
const SECRET = 'whsec_readme'
const PATH = '/webhooks/truedy'

const blocks = blocksOf(readFileSync(join(ROOT, 'README.md'), 'utf8'))
const programs = blocks.filter(({ language }) => ['ts', 'js'].includes(language))
const servers: ChildProcess[] = []
let database: PostgresServer | undefined

/** The place of a block once it is JavaScript. */
const moduleOf = ({ line }: Block) => join(FOLDER, `readme-${line}.mjs`)

beforeAll(async () => {
  process.env['TRUEDY_WEBHOOK_SECRET'] = SECRET
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER)
  for (const block of programs) {
    writeFileSync(join(FOLDER, `readme-${block.line}.ts`), block.code)
    const { code } = await transform(block.code, { loader: 'ts', format: 'esm', target: 'es2022' })
    writeFileSync(moduleOf(block), code)
  }
})

afterAll(async () => {
  for (const server of servers) server.kill()
  await database?.stop()
})

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answers(url)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Nothing answers at ${url}.`)
}

/** Sends a genuine and a forged request to a fetch handler. */
async function probe(handler: (request: Request) => Promise<Response>): Promise<number[]> {
  const statuses: number[] = []
  for (const secret of [SECRET, 'forged']) {
    const delivery = await signDelivery(sampleEvent('call.ended'), secret)
    statuses.push(
      (await handler(new Request(`http://localhost${PATH}`, { method: 'POST', ...delivery }))).status,
    )
  }
  return statuses
}

/** What is to be seen of each kind of block. */
const runs: Record<string, (block: Block) => Promise<void>> = {
  async server(block) {
    const port = await freePort()
    const server = spawn(process.execPath, [moduleOf(block)], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    servers.push(server)
    const url = `http://127.0.0.1:${port}${PATH}`
    await answering(url)
    const results = await checkEndpoint(url, SECRET)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
  },
  async 'server with database'(block) {
    database ??= await startPostgres()
    process.env['PGHOST'] = '127.0.0.1'
    process.env['PGPORT'] = String(database.port)
    process.env['PGUSER'] = 'postgres'
    await runs['server']?.(block)
    // The check sends a few events twice and more.
    const count = await database.run('SELECT count(*), count(DISTINCT data) FROM calls')
    expect(count).toMatch(/^([1-9]\d*)\|\1$/)
  },
  async script(block) {
    const { stdout } = await promisify(execFile)(process.execPath, [moduleOf(block)])
    const promised = [...block.code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(([, output]) => output)
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual(promised)
  },
  async 'export POST'(block) {
    const { POST } = await import(moduleOf(block))
    expect(await probe(POST)).toEqual([204, 401])
  },
  async 'export receive'(block) {
    const { receive } = await import(moduleOf(block))
    expect(await probe(receive)).toEqual([204, 401])
  },
  async 'export default'(block) {
    const { default: app } = await import(moduleOf(block))
    expect(await probe((request) => app.fetch(request))).toEqual([204, 401])
  },
  async 'export default with env'(block) {
    const { default: worker } = await import(moduleOf(block))
    const env = { TRUEDY_WEBHOOK_SECRET: SECRET }
    expect(await probe((request) => worker.fetch(request, env))).toEqual([204, 401])
  },
  async 'export handler'(block) {
    const { handler: lambda } = await import(moduleOf(block))
    for (const isBase64Encoded of [true, false]) {
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
      const event = {
        requestContext: { http: { method: 'POST' } },
        headers,
        body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
        isBase64Encoded,
      }
      expect(await lambda(event)).toMatchObject({ statusCode: 204 })
      expect(await lambda({ ...event, body: `${event.body}AAAA` })).toMatchObject({ statusCode: 401 })
    }
  },
}

describe('README.md', () => {
  it('has programs', () => {
    expect(programs.length).toBeGreaterThan(10)
  })

  it.each(programs)('says how the block in line $line is run', ({ run }) => {
    expect(Object.keys(runs)).toContain(run)
  })

  it.each(programs)('line $line: $run', async (block) => {
    await runs[block.run ?? '']?.(block)
  })

  it('has links within that lead somewhere', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    const links = [...readme.matchAll(/\]\(#(.+?)\)/g)].map(([, anchor]) => anchor)
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([])
  })
})

it('the README and all examples in the documentation of the source compile', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const examples = sources.flatMap((file) => examplesOf(readFileSync(join(ROOT, 'src', file), 'utf8')))
  expect(examples.length).toBeGreaterThan(15)
  for (const [index, code] of examples.entries())
    writeFileSync(join(FOLDER, `example-${index}.ts`), `${code}\nexport {}\n`)
  // Prints what does not compile, and exits with it.
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', import.meta.dirname], {
    stdio: 'inherit',
  })
})
