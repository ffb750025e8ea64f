import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const ENTRIES = {
  'truedy-webhooks': [
    'createReceiver',
    'createWebhookHandler',
    'verifyAndParse',
    'verifySignature',
    'WebhookError',
  ],
  'truedy-webhooks/diagnose': ['diagnose', 'sortedJson'],
  'truedy-webhooks/node': ['createNodeHandler', 'verifyAndParseSync', 'verifySignatureSync'],
  'truedy-webhooks/stores/postgres': ['postgresSchema', 'postgresStore'],
  'truedy-webhooks/stores/redis': ['redisStore'],
  'truedy-webhooks/stores/sqlite': ['sqliteSchema', 'sqliteStore'],
  'truedy-webhooks/testing': ['checkEndpoint', 'sampleEvent', 'signDelivery', 'storeCases'],
}
const entries = Object.entries(ENTRIES)

/** An empty project that has installed what `npm pack` made. */
const project = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
let packed: string[] = []

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: project, encoding: 'utf8' })
}

function evaluate(inputType: 'module' | 'commonjs', code: string): unknown {
  return JSON.parse(run(process.execPath, `--input-type=${inputType}`, '-e', code))
}

beforeAll(() => {
  const [tarball] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', project], { cwd: ROOT, encoding: 'utf8' }),
  )
  packed = tarball.files.map(({ path }: { path: string }) => path)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  run('npm', 'install', '--no-audit', '--no-fund', '--silent', join(project, tarball.filename))
})

afterAll(() => {
  rmSync(project, { recursive: true, force: true })
})

describe('the packed package', () => {
  it('holds dist and the documents, nothing else', () => {
    const others = packed.filter((file) => !file.startsWith('dist/'))
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  })

  it('depends on nothing', () => {
    const manifest = JSON.parse(
      readFileSync(join(project, 'node_modules/truedy-webhooks/package.json'), 'utf8'),
    )
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest).not.toHaveProperty('peerDependencies')
    expect(manifest).toMatchObject({ sideEffects: false, license: 'MIT', engines: { node: '>=20' } })
  })

  it.each(entries)('%s can be imported', (entry, names) => {
    const exported = evaluate(
      'module',
      `import * as all from '${entry}'; console.log(JSON.stringify(Object.keys(all)))`,
    )
    expect(exported).toEqual(expect.arrayContaining(names))
  })

  it.each(entries)('%s can be required', (entry, names) => {
    const exported = evaluate('commonjs', `console.log(JSON.stringify(Object.keys(require('${entry}'))))`)
    expect(exported).toEqual(expect.arrayContaining(names))
  })

  it.each(entries)('%s exports the same names to import and require', (entry) => {
    const list =
      'console.log(JSON.stringify(Object.keys(all).filter((name) => name !== "default" && name !== "module.exports").sort()))'
    const imported = evaluate('module', `import * as all from '${entry}'; ${list}`)
    const required = evaluate('commonjs', `const all = require('${entry}'); ${list}`)
    expect(imported).toEqual(required)
  })

  it.each([
    [
      'import',
      'module',
      `import { WebhookError } from 'truedy-webhooks'; import { verifyAndParseSync } from 'truedy-webhooks/node';`,
    ],
    [
      'require',
      'commonjs',
      `const { WebhookError } = require('truedy-webhooks'); const { verifyAndParseSync } = require('truedy-webhooks/node');`,
    ],
  ] as const)('has one WebhookError in all entries, by %s', (_, inputType, header) => {
    const code = `${header} try { verifyAndParseSync('', {}, 's') } catch (error) { console.log(error instanceof WebhookError) }`
    expect(evaluate(inputType, code)).toBe(true)
  })

  it.each(['mts', 'cts'])('has types for a .%s file, also without the types of Node', (extension) => {
    const imports = entries.map(
      ([entry], index) => `import * as entry${index} from '${entry}'\nexport { entry${index} }`,
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
    run(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '--pretty', 'false')
  })

  it('has a program, which starts without anything else installed', () => {
    expect(run('npx', 'truedy-webhooks', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
    for (const command of ['listen', 'send', 'check', 'verify']) {
      expect(run('npx', 'truedy-webhooks', command, '--help')).toContain('Exit codes')
    }
  })

  it('has source maps that lead to sources', () => {
    const read = (file: string) => readFileSync(join(project, 'node_modules/truedy-webhooks', file), 'utf8')
    const modules = packed.filter((file) => /^dist\/(?!cjs\/).*\.js$/.test(file))
    expect(modules.length).toBeGreaterThan(entries.length)
    for (const file of modules) {
      const [, url] = /\n\/\/# sourceMappingURL=(.+)\s*$/.exec(read(file)) ?? []
      const map = JSON.parse(read(join(dirname(file), url ?? 'there is no map')))
      expect(map.sources.length, file).toBe(map.sourcesContent.length)
      for (const content of map.sourcesContent) expect(content, file).toEqual(expect.any(String))
    }
  })

  it('says in a stack trace where in the sources it was', () => {
    const code = `import { parseEvent } from 'truedy-webhooks'; try { parseEvent('{}') } catch (error) { console.log(error.stack) }`
    const stack = run(process.execPath, '--enable-source-maps', '--input-type=module', '-e', code)
    const [, line] = /[/\\]src[/\\]parse\.ts:(\d+):\d+/.exec(stack) ?? []
    const source = readFileSync(join(ROOT, 'src/parse.ts'), 'utf8').split('\n')
    expect(source[Number(line) - 1]).toContain('throw new WebhookError(')
  })
})
