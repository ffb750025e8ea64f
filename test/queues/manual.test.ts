/** The programs and statements of `src/queues/README.md`, on the real engines. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createJobHandler, createReceiver, dedupeKey, parseEvent } from '../../src/index.js'
import { sampleEvent, signDelivery } from '../../src/testing/index.js'
import { type Block, blocksOf } from '../readme/blocks.js'
import type { PostgresServer } from '../support/postgres-server.js'
import { answers, freePort } from '../support/server.js'
import { type EngineServer, engineNames, startEngine, startServer } from './engines.js'
import type { EngineName } from './programs/engine.js'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(import.meta.dirname, '.blocks')
const SECRET = 'whsec_manual'

const manual = readFileSync(join(ROOT, 'src/queues/README.md'), 'utf8')
const blocks = blocksOf(manual)
const programs = blocks.filter(({ language }) => language === 'ts')

/** The heading of the section that contains a block. */
function sectionOf({ line }: Block): string {
  const before = manual.split('\n').slice(0, line)
  return (
    before
      .filter((text) => text.startsWith('## '))
      .at(-1)
      ?.slice(3) ?? ''
  )
}

function blockOf(run: string, section?: string): Block {
  const found = blocks.find((block) => block.run === run && (!section || sectionOf(block) === section))
  return found ?? expect.fail(`The manual has no block for "${run}".`)
}

/** How the manual's programs run: on this Node, or on Node 22 with a package that needs it. */
interface Setup {
  readonly node: string
  /** Changes the manual's code so that it imports the package of this setup. */
  adapt(code: string): string
}

const IMPORT_OF_PG_BOSS = "import { PgBoss } from 'pg-boss'"
const current: Setup = {
  node: process.execPath,
  // What the manual says about Node 20.
  adapt: (code) => code.replace(IMPORT_OF_PG_BOSS, "import PgBoss from 'pg-boss'"),
}
const pgBoss12: Setup = {
  node: join(import.meta.dirname, '../runtimes/node_modules/node22/bin/node'),
  adapt: (code) => code.replace(IMPORT_OF_PG_BOSS, "import { PgBoss } from 'pg-boss-12'"),
}
const setups = { current, pgBoss12 }
type SetupName = keyof typeof setups

const moduleOf = ({ line }: Block, setup: SetupName = 'current') => join(FOLDER, `${setup}-${line}.mjs`)

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER)
  for (const setup of ['current', 'pgBoss12'] as const) {
    for (const block of programs) {
      const adapted = setups[setup].adapt(block.code)
      writeFileSync(join(FOLDER, `${setup}-${block.line}.ts`), `${adapted}\nexport {}\n`)
      const { code } = await transform(adapted, { loader: 'ts', format: 'esm', target: 'es2022' })
      writeFileSync(moduleOf(block, setup), code)
    }
  }
})

/** Runs a block until `end` is called, which returns its exit code. */
function startBlock(block: Block, env: Readonly<Record<string, string>>, setup: SetupName) {
  const program = spawn(setups[setup].node, [moduleOf(block, setup)], {
    env: { ...process.env, ...env, TRUEDY_WEBHOOK_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return {
    output: () => output,
    async end(signal: NodeJS.Signals) {
      const exit = once(program, 'exit')
      program.kill(signal)
      const [code, endedBy] = await exit
      return code ?? endedBy
    },
  }
}

const environment = ({ name, url }: EngineServer) =>
  name === 'BullMQ' ? { REDIS_URL: url } : { DATABASE_URL: url }

describe.each<{ name: EngineName; title: string; setup: SetupName }>([
  ...engineNames.map((name) => ({ name, title: name, setup: 'current' as const })),
  { name: 'pg-boss', title: 'pg-boss 12 on Node 22', setup: 'pgBoss12' },
])('$title', ({ name, setup }) => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'runs the receiver and the worker, and both exit on %s',
    async (signal) => {
      const server = await startServer(name)
      // The programs create their own tables: pg-boss 12 can't use those of pg-boss 10.
      if (setup === 'pgBoss12') await (server.program as PostgresServer).run('DROP SCHEMA pgboss CASCADE')
      const port = await freePort()
      const receiver = startBlock(
        blockOf('receiver', name),
        { ...environment(server), PORT: String(port) },
        setup,
      )
      const worker = startBlock(blockOf('worker', name), environment(server), setup)
      try {
        const url = `http://127.0.0.1:${port}/`
        await vi.waitFor(async () => expect(await answers(url)).toBe(true), 20_000)
        const events = Array.from({ length: 5 }, () => sampleEvent('call.ended'))
        for (const event of [...events, ...events]) {
          const response = await fetch(url, { method: 'POST', ...(await signDelivery(event, SECRET)) })
          expect(response.status).toBe(204)
        }
        const wanted = events.map((event) => `processed call.ended ${dedupeKey(parseEvent(event))}`).sort()
        const processed = () =>
          worker
            .output()
            .split('\n')
            .filter((line) => line.startsWith('processed'))
            .sort()
        await vi.waitFor(() => expect(processed()).toEqual(wanted), 20_000)
        // graphile-worker ends itself with the signal that it received.
        expect([0, signal]).toContain(await worker.end(signal))
        expect(await receiver.end(signal)).toBe(0)
        expect(processed()).toEqual(wanted)
      } finally {
        await server.close()
        await server.program.stop()
      }
    },
  )
})

describe.each(engineNames)('%s', (name) => {
  it('runs failed jobs again', async () => {
    const engine = await startEngine(name, { attempts: 1 })
    let isBroken = true
    const seen: string[] = []
    const work = createJobHandler({
      onOutcome() {},
      onEvent(event) {
        if (isBroken) throw new Error('The CRM is down.')
        seen.push(event.event)
      },
    })
    const stop = await engine.work(work)
    try {
      const receive = createReceiver({ secret: SECRET, queue: engine.queue })
      for (let i = 0; i < 3; i++) {
        const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
        expect((await receive({ method: 'POST', headers, body })).status).toBe(204)
      }
      await vi.waitFor(async () => expect(await engine.failed()).toBe(3), 20_000)
      isBroken = false
      const block = blockOf(name.toLowerCase())
      if (block.language === 'sql') await (engine.program as PostgresServer).run(block.code)
      else {
        const env = { ...process.env, ...environment(engine) }
        expect(execFileSync(process.execPath, [moduleOf(block)], { env }).toString()).toBe('failed: 3\n')
      }
      await vi.waitFor(() => expect(seen).toHaveLength(3), 20_000)
      expect(await engine.failed()).toBe(0)
    } finally {
      await stop()
      await engine.close()
      await engine.program.stop()
    }
  })
})

it('every program of the manual compiles', () => {
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
  ]
  const modules = ['--module', 'nodenext', '--types', 'node', '--lib', 'es2023,dom', '--esModuleInterop']
  const files = (['current', 'pgBoss12'] as const).flatMap((setup) =>
    programs.map(({ line }) => join(FOLDER, `${setup}-${line}.ts`)),
  )
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  // Prints what does not compile, and exits with 1.
  execFileSync(process.execPath, [compiler, ...options, ...modules, ...files], { stdio: 'inherit' })
})

it('every program of the manual says how it is run', () => {
  const known = [
    'receiver',
    'worker',
    'worker of Cloudflare',
    'compile',
    ...engineNames.map((name) => name.toLowerCase()),
  ]
  for (const { run, language } of blocks) {
    if (['ts', 'sql'].includes(language)) expect(known).toContain(run)
  }
})

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))
