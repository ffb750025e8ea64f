import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runNpm } from '../support/package.js'

const ROOT = join(import.meta.dirname, '../..')

/** The entries in `exports` of package.json, as a program names them. */
const entries = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', 'truedy-webhooks'))

/** Some exports of each entry. A new entry needs a line here. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  'truedy-webhooks': [
    'createReceiver',
    'createWebhookHandler',
    'verifyAndParse',
    'verifySignature',
    'WebhookError',
  ],
  'truedy-webhooks/diagnose': ['diagnose', 'sortedJson'],
  'truedy-webhooks/node': ['createNodeHandler', 'verifyAndParseSync', 'verifySignatureSync'],
  'truedy-webhooks/otel': ['otel'],
  'truedy-webhooks/queues': ['bullmqQueue', 'cloudflareQueue', 'graphileQueue', 'pgBossQueue'],
  'truedy-webhooks/state': ['mergeBatch', 'mergeCall'],
  'truedy-webhooks/stores/postgres': ['postgresSchema', 'postgresStore'],
  'truedy-webhooks/stores/redis': ['redisStore'],
  'truedy-webhooks/stores/sqlite': ['sqliteSchema', 'sqliteStore'],
  'truedy-webhooks/testing': ['checkEndpoint', 'sampleEvent', 'signDelivery', 'storeCases'],
}

/** An empty project that installed the result of `npm pack`. */
const project = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
let packed: string[] = []

function runNode(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' })
}

function evaluate(inputType: 'module' | 'commonjs', code: string): unknown {
  return JSON.parse(runNode(`--input-type=${inputType}`, '-e', code))
}

/** Reads a file of the installed package, by its path in the project. */
function read(file: string): string {
  return readFileSync(join(project, file), 'utf8')
}

/** The file of an entry, and its source map. */
function filesOf(entry: string, inputType: 'module' | 'commonjs'): { code: string; map: string } {
  const { exports } = JSON.parse(read('node_modules/truedy-webhooks/package.json'))
  const { import: imported, require: required } = exports[entry.replace('truedy-webhooks', '.')]
  const path = (inputType === 'module' ? imported : required).default
  const code = join('node_modules/truedy-webhooks', path)
  return { code, map: `${code}.map` }
}

beforeAll(async () => {
  const [tarball] = JSON.parse(await runNpm(ROOT, 'npm', 'pack', '--json', '--pack-destination', project))
  packed = tarball.files.map(({ path }: { path: string }) => path)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  await runNpm(
    project,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--silent',
    join(project, tarball.filename),
  )
})

afterAll(() => {
  rmSync(project, { recursive: true, force: true })
})

describe('the packed package', () => {
  it('contains only dist, the documents and the examples', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n')
    const documents = tracked.filter((file) =>
      /^(?:[A-Z]+\.md|LICENSE|package\.json|src\/.*\.md|test\/bench\/README\.md|\.github\/(?:SECURITY\.md|[^/]+\.(?:svg|png))|examples\/.*)$/.test(
        file,
      ),
    )
    const others = packed.filter((file) => !file.startsWith('dist/'))
    // npm packs neither of these.
    const isLeftOut = (file: string) => /(?:^|\/)\.(?:npmrc|gitignore)$/.test(file)
    expect(others.sort()).toEqual(documents.filter((file) => !isLeftOut(file)).sort())
  })

  it('has no dependencies', () => {
    const manifest = JSON.parse(
      readFileSync(join(project, 'node_modules/truedy-webhooks/package.json'), 'utf8'),
    )
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest).not.toHaveProperty('peerDependencies')
    expect(manifest).toMatchObject({ sideEffects: false, license: 'MIT', engines: { node: '>=20' } })
  })

  it.each(entries)('can be imported as %s', (entry) => {
    const exported = evaluate(
      'module',
      `import * as all from '${entry}'; console.log(JSON.stringify(Object.keys(all)))`,
    )
    expect(exported).toEqual(expect.arrayContaining(EXPORTS[entry] as string[]))
  })

  it.each(entries)('can be required as %s', (entry) => {
    const exported = evaluate('commonjs', `console.log(JSON.stringify(Object.keys(require('${entry}'))))`)
    expect(exported).toEqual(expect.arrayContaining(EXPORTS[entry] as string[]))
  })

  it.each(entries)('exports the same names from %s to import and require', (entry) => {
    const list =
      'console.log(JSON.stringify(Object.keys(all).filter((name) => name !== "default" && name !== "module.exports").sort()))'
    const imported = evaluate('module', `import * as all from '${entry}'; ${list}`)
    const required = evaluate('commonjs', `const all = require('${entry}'); ${list}`)
    expect(imported).toEqual(required)
  })

  describe.each(['module', 'commonjs'] as const)('in a %s', (inputType) => {
    const load = (entry: string) =>
      inputType === 'module' ? `await import('${entry}')` : `require('${entry}')`

    it.each(entries)('has the code of %s in one self-contained file', (entry) => {
      const code = `
        const { createRequire } = ${inputType === 'module' ? "await import('node:module')" : "require('node:module')"}
        const before = new Set(Object.keys(createRequire(process.cwd() + '/').cache))
        ${load(entry)}
        console.log(JSON.stringify(Object.keys(createRequire(process.cwd() + '/').cache).filter((file) => !before.has(file)).length))`
      const { code: file } = filesOf(entry, inputType)
      expect(read(file)).not.toMatch(/\b(from|import|require)\s*\(?\s*["']\./)
      if (inputType === 'commonjs') expect(evaluate(inputType, code)).toBe(1)
    })

    it.each(entries)('has a source map for %s that leads to the sources', (entry) => {
      const { code, map } = filesOf(entry, inputType)
      const { sources, sourcesContent } = JSON.parse(read(map))
      expect(read(code)).toMatch(new RegExp(`\n//# sourceMappingURL=${basename(map)}s*$`))
      expect(sources.length).toBeGreaterThan(0)
      for (const [index, source] of sources.entries()) {
        const path = join(dirname(map), source).replace(/^.*?(?=src\/)/, '')
        expect(sourcesContent[index], source).toBe(readFileSync(join(ROOT, path), 'utf8'))
      }
    })

    it('shows the line of the source in a stack trace', () => {
      const code = `(async () => { const { parseEvent } = ${load('truedy-webhooks')}; try { parseEvent('{}') } catch (error) { console.log(error.stack) } })()`
      const stack = runNode('--enable-source-maps', `--input-type=${inputType}`, '-e', code)
      const [, line] = /[/\\]src[/\\]events[/\\]parse\.ts:(\d+):\d+/.exec(stack) ?? []
      const source = readFileSync(join(ROOT, 'src/events/parse.ts'), 'utf8').split('\n')
      expect(source[Number(line) - 1]).toContain('throw new WebhookError(')
    })

    it('shows the error as WebhookError in a log', () => {
      const code = `(async () => { const { WebhookError } = ${load('truedy-webhooks')}; console.log(JSON.stringify([WebhookError.name, require('node:util').inspect(new WebhookError('invalid_json', 'x'))])) })()`
      const [name, logged] = evaluate(
        inputType,
        inputType === 'module'
          ? `import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/'); ${code}`
          : code,
      ) as [string, string]
      expect(name).toBe('WebhookError')
      expect(logged).toMatch(/^WebhookError: x\n/)
      expect(logged).toContain("code: 'invalid_json'")
    })
  })

  it('recognizes the errors of every entry, format and copy as its own', () => {
    cpSync(join(project, 'node_modules/truedy-webhooks'), join(project, 'node_modules/copy'), {
      recursive: true,
    })
    const code = `
      import { createRequire } from 'node:module'
      const require = createRequire(process.cwd() + '/')
      const entries = ['truedy-webhooks', 'truedy-webhooks/node', 'copy', 'copy/node']
      const errors = [], classes = [], checks = []
      for (const entry of entries) {
        for (const all of [await import(entry), require(entry)]) {
          if (all.WebhookError) classes.push(all.WebhookError), checks.push(all.isWebhookError)
          if (all.verifyAndParseSync) try { all.verifyAndParseSync('', {}, 's') } catch (error) { errors.push(error) }
          if (all.verifyAndParse) await all.verifyAndParse('', {}, 's').catch((error) => errors.push(error))
        }
      }
      const verdicts = (values) => values.flatMap((value) => [...classes.map((type) => value instanceof type), ...checks.map((check) => check(value))])
      const subclasses = classes.map((type) => class extends type {})
      const strangers = [new Error('x'), new TypeError('x'), { code: 'invalid_json' }, 'WebhookError', 0, null, undefined, {}, () => {}]
      console.log(JSON.stringify({
        counts: [errors.length, classes.length],
        own: new Set(verdicts(errors)).size === 1 && verdicts(errors)[0],
        strangers: new Set(verdicts(strangers)).size === 1 && verdicts(strangers)[0],
        // An error of the class is not one of a user's subclass, and one of the subclass is one of every copy.
        ofSubclass: subclasses.some((type) => errors.some((error) => error instanceof type)),
        subclassed: new Set(verdicts(subclasses.map((type) => new type('invalid_json', 'x')))).size === 1 && verdicts([new subclasses[0]('invalid_json', 'x')])[0],
      }))`
    expect(evaluate('module', code)).toEqual({
      counts: [8, 4],
      own: true,
      strangers: false,
      ofSubclass: false,
      subclassed: true,
    })
  })

  it('keeps asynchronous functions and classes as they are written in both formats', () => {
    for (const inputType of ['module', 'commonjs'] as const) {
      const text = read(filesOf('truedy-webhooks', inputType).code)
      expect(text).toContain('async function verifyAndParse(')
      expect(text).toContain('class extends Error {')
      expect(text).not.toMatch(/__async|__publicField|_optionalChain|_nullishCoalesce/)
    }
  })

  it.each(['mts', 'cts'])('has types for a .%s file, even without the types of Node', (extension) => {
    const imports = entries.map(
      (entry, index) => `import * as entry${index} from '${entry}'\nexport { entry${index} }`,
    )
    const file = join(project, `consumer.${extension}`)
    const use = `import { createWebhookHandler } from 'truedy-webhooks'
export const handler: (request: Request) => Promise<Response> = createWebhookHandler({ on: { 'call.ended': (event) => event.data.call?.callId } })`
    writeFileSync(file, [...imports, use, ''].join('\n'))
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      types: [],
      lib: ['ES2022', 'DOM'],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
    runNode(join(ROOT, 'node_modules/typescript/bin/tsc'), '--pretty', 'false')
  })

  it('has a program that starts without anything else installed', async () => {
    const program = (...args: string[]) => runNpm(project, 'npx', 'truedy-webhooks', ...args)
    expect(await program('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
    for (const command of ['listen', 'send', 'check', 'verify']) {
      expect(await program(command, '--help')).toContain('Exit codes')
    }
  })
})
