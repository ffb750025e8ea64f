/** The tables of clients in the manuals: the code in each row is in a file that the tests compile and run. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const MANUALS = ['README.md', 'src/stores/README.md']
  .map((file) => join(import.meta.dirname, '../..', file))
  .filter(existsSync)

/** The argument of `xStore(…)` in the last cell of each row. */
const rows = MANUALS.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => /`(?:redis|postgres|sqlite)Store\((.+)\)`? \|$/.exec(line)?.[1] ?? [])

const sources = ['', 'clients', 'programs', '../hosts/prisma']
  .map((folder) => join(import.meta.dirname, folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((file) => /\.(m?js|ts)$/.test(file))
  .map((file) => layoutFree(readFileSync(file, 'utf8')))

/** Code without what a formatter adds. */
function layoutFree(code: string): string {
  return code.replace(/\/\/.*$/gm, '').replace(/[\s(),;]/g, '')
}

describe('the tables of clients', () => {
  it('have rows', () => expect(rows.length).toBeGreaterThanOrEqual(12))

  it.each(rows)('have tested code: %s', (row) => {
    expect(sources.some((source) => source.includes(layoutFree(row)))).toBe(true)
  })
})
