/** The manuals: their programs run and compile, and their links lead somewhere, even in the package. */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createNodeHandler } from '../../dist/node.js'
import { checkEndpoint, sampleEvent, signDelivery } from '../../dist/testing.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import { answers, freePort, listenOn } from '../support/server.js'
import type { ServerProgram } from '../support/server-program.js'
import { blocksOf, examplesOf } from './blocks.js'
import { testRunners } from './test-runners.js'
import { testedVersions } from './tested-versions.js'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(import.meta.dirname, '.blocks')
const SECRET = 'whsec_readme'
const PATH = '/webhooks/truedy'

/** The README and one manual for each folder, by their paths from the root. */
const manuals = [
  'README.md',
  '.github/SECURITY.md',
  'examples/README.md',
  'test/bench/README.md',
  ...sourceFiles('README.md'),
]
/** `test/queues` runs and compiles the programs of this manual with its engines. */
const QUEUES = 'src/queues/README.md'
const programs = manuals
  .filter((manual) => manual !== QUEUES)
  .flatMap((manual) =>
    blocksOf(readFileSync(join(ROOT, manual), 'utf8'))
      .filter(({ language }) => ['ts', 'js'].includes(language))
      .map((block) => ({ manual, ...block })),
  )
type Program = (typeof programs)[number]

const servers: ChildProcess[] = []
const portOf = new WeakMap<ChildProcess, number>()
let database: PostgresServer | undefined
let redis: ServerProgram | undefined

/** The files in `src` with this extension, by their paths from the root. */
function sourceFiles(ending: string): string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith(ending)).map((file) => join('src', file))
}

/** The place of a program, before and after it is compiled to JavaScript. */
const pathOf = ({ manual, line }: Program) => join(FOLDER, `${manual.replace(/\W/g, '-')}-${line}`)
const moduleOf = (program: Program) => `${pathOf(program)}.mjs`

beforeAll(async () => {
  process.env['TRUEDY_WEBHOOK_SECRET'] = SECRET
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER)
  for (const program of programs) {
    writeFileSync(`${pathOf(program)}.ts`, `${program.code}\nexport {}\n`)
    const { code } = await transform(program.code, { loader: 'ts', format: 'esm', target: 'es2022' })
    writeFileSync(moduleOf(program), code)
  }
})

afterAll(async () => {
  for (const server of servers) server.kill()
  for (const server of listeners) server.close()
  await database?.stop()
  await redis?.stop()
})

const listeners: Server[] = []

/** A server in this process that runs until the tests end. */
async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  listeners.push(server)
  return `http://127.0.0.1:${await listenOn(server)}/`
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answers(url)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Nothing answers at ${url}.`)
}

/** Sends a valid and a forged request to a fetch handler. */
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

const runners = testRunners((runner) => programs.filter(({ run }) => run === runner).map(moduleOf))

/** The check for each kind of block. Every block is also compiled. */
const runs: Record<string, (program: Program) => Promise<void>> = {
  // For programs that need a service that can't run here, or that another part of the tests runs.
  async compile() {},
  async server(block) {
    const port = await freePort()
    const server = spawn(process.execPath, [moduleOf(block)], {
      // The files of a program are in the folder of the blocks.
      cwd: FOLDER,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    servers.push(server)
    portOf.set(server, port)
    const url = `http://127.0.0.1:${port}${PATH}`
    await answering(url)
    const results = await checkEndpoint(url, SECRET)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
  },
  async 'server that stops'(block) {
    await runs['server']?.(block)
    const server = servers.at(-1)
    if (!server) throw new Error('It was not started.')
    const port = portOf.get(server)
    const exited = once(server, 'exit')
    // A delivery whose body is still arriving when the program is told to stop.
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
    const delivery = request({
      port,
      path: PATH,
      method: 'POST',
      headers: { ...headers, expect: '100-continue' },
      agent: false,
    })
    delivery.flushHeaders()
    // By now, the server has the request.
    await once(delivery, 'continue')
    delivery.write(body.slice(0, 10))
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    server.kill('SIGTERM')
    await vi.waitFor(() => expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow(), 10_000)
    delivery.end(body.slice(10))
    const [response] = (await once(delivery, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(204)
    expect(await exited).toEqual([0, null])
  },
  async 'server with database'(block) {
    database ??= await startPostgres()
    process.env['PGHOST'] = '127.0.0.1'
    process.env['PGPORT'] = String(database.port)
    process.env['PGUSER'] = 'postgres'
    await runs['server']?.(block)
    // The check sends some events more than once.
    const count = await database.run('SELECT count(*), count(DISTINCT data) FROM calls')
    expect(count).toMatch(/^([1-9]\d*)\|\1$/)
  },
  async 'server with Redis'(block) {
    redis ??= await startRedis()
    process.env['REDIS_URL'] = `redis://127.0.0.1:${redis.port}`
    await runs['server']?.(block)
  },
  async script(block) {
    const { stdout } = await promisify(execFile)(process.execPath, [moduleOf(block)])
    const promised = [...block.code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(([, output]) => output)
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual(promised)
  },
  ...Object.fromEntries(
    Object.entries(runners).map(([name, run]) => [name, (block: Program) => run(moduleOf(block))]),
  ),
  async 'check results'(block) {
    const check = `"${process.execPath}" "${join(ROOT, 'dist/cli.js')}" check --json --only call.`
    const pipe = (url: string) =>
      promisify(execFile)('sh', ['-c', `${check} ${url} | "${process.execPath}" "${moduleOf(block)}"`])
    const right = await listen(createNodeHandler({ secret: SECRET, onEvent() {} }))
    expect((await pipe(right)).stdout).toBe('')
    const wrong = await listen((_, response) => response.writeHead(401).end())
    const { code, stdout } = await pipe(wrong).catch((error) => error)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error title=call\.started::Expected 2xx, got 401\. \w/)
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

describe('the programs of the manuals', () => {
  it('that are only valid as TypeScript are not JavaScript by accident: `f<A>(b)` would be a comparison', async () => {
    const generic = programs.filter(({ code }) => /\w<[^<>()]+>\(/.test(code))
    const accidents = []
    for (const { manual, line, code } of generic) {
      const isJavaScript = await transform(code, { loader: 'js', format: 'esm' }).then(
        () => true,
        () => false,
      )
      if (isJavaScript) accidents.push(`${manual}, line ${line}`)
    }
    expect(accidents).toEqual([])
  })

  it.each(programs)('$manual, line $line: $run', async (program) => {
    expect(Object.keys(runs)).toContain(program.run)
    await runs[program.run ?? '']?.(program)
  })

  it('include enough that run', () => {
    expect(programs.length).toBeGreaterThan(20)
  })
})

describe.each(manuals)('%s', (manual) => {
  const text = readFileSync(join(ROOT, manual), 'utf8').replace(/^```.*?^```$/gms, '')
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)].map(
    ([, path = '', anchor]) => ({
      path: path === '' ? manual : join(dirname(manual), path),
      anchor,
    }),
  )

  it('has only links that lead somewhere', () => {
    const dead = links.filter(({ path, anchor }) => {
      if (!existsSync(join(ROOT, path))) return true
      return anchor !== undefined && !anchorsOf(readFileSync(join(ROOT, path), 'utf8')).includes(anchor)
    })
    expect(dead).toEqual([])
  })

  // The map of the sources is for a clone only.
  it.runIf(manual !== 'src/README.md')('has only links to files in the package', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const shipped = ['README.md', 'LICENSE', 'package.json', ...files]
    const missing = links.filter(({ path }) => !shipped.some((pattern) => matchesGlob(path, pattern)))
    expect(missing).toEqual([])
  })
})

/** True if the files of a package include a path, by its folder or by a pattern with stars. */
function matchesGlob(path: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+]/g, '\\$&')
    .replace('**/', '(?:.*/)?')
    .replace(/(?<![.)])\*/g, '[^/]*')
  return new RegExp(`^${source}(?:/.*)?$`).test(path)
}

/** The anchors that code hosts create for the headings of a page. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}

it('the manual of the frameworks lists the versions that the tests run', () => {
  const manual = readFileSync(join(ROOT, 'examples/README.md'), 'utf8')
  const [, listed] = manual.match(/<!-- tested versions -->\n(.*)\n<!-- \/tested versions -->/s) ?? []
  expect(listed).toBe(testedVersions())
})

it('programs create PostgreSQL tables under a lock, because IF NOT EXISTS can fail if several processes start at once', () => {
  const files = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !file.includes('node_modules'))
    // MySQL locks the name of the table.
    .filter((file) => !file.startsWith('store-mysql'))
  const sources = [
    ...files.map((file) => readFileSync(join(ROOT, 'examples', file), 'utf8')),
    ...programs.map(({ code }) => code),
  ]
  const queries = sources.flatMap((source) => source.match(/`[^`]*`|'[^'\n]*'/g) ?? [])
  const creating = queries.filter((query) => query.includes('CREATE TABLE IF NOT EXISTS'))
  expect(creating.length).toBeGreaterThan(5)
  expect(
    creating.filter((query) => !/postgresSchema\(\)\}|pg_advisory_xact_lock.*CREATE/s.test(query)),
  ).toEqual([])
})

it('the manuals and all examples in the documentation of the source compile', () => {
  const examples = sourceFiles('.ts').flatMap((file) => examplesOf(readFileSync(join(ROOT, file), 'utf8')))
  expect(examples.length).toBeGreaterThan(15)
  for (const [index, code] of examples.entries())
    writeFileSync(join(FOLDER, `example-${index}.ts`), `${code}\nexport {}\n`)
  // Prints what does not compile, and exits with 1.
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', import.meta.dirname], {
    stdio: 'inherit',
  })
})
