import { describe, expect, it } from 'vitest'
import { indentJson } from '../../../../src/cli/listen/page/indent-json.js'

const MIB = 1_048_576
const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth)

describe('indentJson', () => {
  it('indents JSON and keeps every token as it was', () => {
    expect(indentJson('{"a":1.0,"b":[ ],"c":[1e-07,"{\\",["]}')).toBe(
      '{\n  "a": 1.0,\n  "b": [],\n  "c": [\n    1e-07,\n    "{\\",["\n  ]\n}',
    )
  })

  it.each(['', 'event=call.ended', '{', '[1,]'])('returns undefined for %j, which is not JSON', (text) => {
    expect(indentJson(text)).toBeUndefined()
  })

  it.each([
    ['560 kB in 900 levels', nested(900, `1${',1'.repeat(280_000)}`)],
    ['1 MiB in 890 levels', nested(890, `1${',1'.repeat(MIB / 2 - 2000)}`)],
    ['1 MiB of brackets', nested(MIB / 2, '')],
    ['0.5 MiB of objects', `${'{"a":'.repeat(90_000)}1${'}'.repeat(90_000)}`],
  ])('returns undefined for what would be too long to show: %s', (_, text) => {
    expect(indentJson(text)).toBeUndefined()
  })

  it.each([
    ['quotes', `"${'\\"'.repeat(MIB / 2)}"`],
    ['backslashes', `"${'\\\\'.repeat(MIB / 2)}"`],
    ['digits of one number', '1'.repeat(MIB)],
  ])('accepts 1 MiB of %s', (_, text) => {
    expect([text, undefined]).toContain(indentJson(text))
  })

  it('indents short JSON at any depth', () => {
    const lines = indentJson(nested(500, '1'))?.split('\n') ?? []
    expect(lines).toHaveLength(1001)
    expect(lines[500]).toBe(`${'  '.repeat(500)}1`)
  })
})
