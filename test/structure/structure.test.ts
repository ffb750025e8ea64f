/** Checks the imports and the names in `src`, and that the API reference builds. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseResult, type IReporterOutput } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config, { GROUPS } from './dependency-cruiser.config.mjs'
import { findExportClashes, findFileClashes } from './names.js'

const ROOT = join(import.meta.dirname, '../..')
const SOURCES = join(ROOT, 'src')

/** The violations of a rule in a folder that contains `src`: `from → to`, or a whole circle. */
async function findViolations(baseDir: string): Promise<string[]> {
  const { output } = (await cruise(['src'], {
    baseDir,
    ruleSet: { forbidden: config.forbidden ?? [] },
    validate: true,
    tsPreCompilationDeps: 'specify',
  })) as IReporterOutput
  const { summary } = output as ICruiseResult
  return summary.violations.map(({ rule, from, to, cycle }) =>
    [rule.name, from, ...(cycle ? cycle.map(({ name }) => name) : [to])].join(' '),
  )
}

describe('imports in src', () => {
  it('follow the rule', async () => {
    expect(await findViolations(ROOT)).toEqual([])
  })

  it("have the rule that the contributors' map states", () => {
    const [rule = ''] = readFileSync(join(SOURCES, 'README.md'), 'utf8').match(/^`events → .*`$/m) ?? []
    const groups = rule
      .replaceAll('`', '')
      .split(' → ')
      .map((group) => group.split(', '))
    // The map lists a folder only if it contains files.
    const existing = GROUPS.map((group) => group.filter((folder) => groups.flat().includes(folder)))
    expect(groups).toEqual(existing.filter((group) => group.length > 0))
  })
})

describe('the import rule', () => {
  const folders = GROUPS.flat()
  const places = ['', ...folders]
  const placeOf = (folder: string) => join('src', folder, `${folder || 'root'}.ts`)
  /** Whether a file may import from another, decided by hand instead of by the rule. */
  const mayUse = (from: string, to: string) => {
    if (to === '' || from === to) return true
    const group = (folder: string) => GROUPS.findIndex((each) => each.includes(folder))
    return from !== '' && group(to) < group(from)
  }

  let project = ''
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'truedy-webhooks-rule-'))
  })
  afterAll(() => rmSync(project, { recursive: true }))

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), text)
  }

  it.each(['value', 'type'])('rejects the import of a %s only from a folder to the right', async (kind) => {
    for (const from of places) write(placeOf(from), `export const ${from || 'root'} = 1\n`)
    const expected: string[] = []
    for (const from of places) {
      for (const to of places.filter((place) => place !== from)) {
        const file = join('src', from, `${from || 'root'}-${to || 'root'}.ts`)
        const path = from === '' ? `./${to}/${to}.js` : to === '' ? '../root.js' : `../${to}/${to}.js`
        const word = kind === 'type' ? 'import type' : 'import'
        write(file, `${word} { ${to || 'root'} } from '${path}'\nexport type Used = typeof ${to || 'root'}\n`)
        if (!mayUse(from, to)) expected.push(`${file} ${placeOf(to)}`)
      }
    }
    const found = (await findViolations(project)).map((violation) => violation.replace(/^\S+ /, ''))
    expect(found.filter((violation) => violation.includes(' ')).sort()).toEqual(expected.sort())
  })
})

describe('names in src', () => {
  it('are not shared by files that do different things', () => {
    expect(findFileClashes(SOURCES)).toEqual({})
  })

  it('are not shared by exports that are different things', () => {
    expect(findExportClashes(SOURCES)).toEqual({})
  })
})

it('the API reference builds without a warning', { timeout: 120_000 }, () => {
  const typedoc = join(import.meta.dirname, 'node_modules/.bin/typedoc')
  const args = ['--options', join(import.meta.dirname, 'typedoc.config.mjs'), '--emit', 'none']
  execFileSync(typedoc, args, { cwd: ROOT, encoding: 'utf8' })
})
