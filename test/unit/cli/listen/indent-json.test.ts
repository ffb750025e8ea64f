import { describe, expect, it } from 'vitest'
import { indentJson } from '../../../../src/cli/listen/page/indent-json.js'

const MIB = 1_048_576
const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth)

describe('indentJson', () => {
  it('indents, and keeps every token as it came', () => {
    expect(indentJson('{"a":1.0,"b":[ ],"c":[1e-07,"{\\",["]}')).toBe(
      '{\n  "a": 1.0,\n  "b": [],\n  "c": [\n    1e-07,\n    "{\\",["\n  ]\n}',
    )
  })

  it.each(['', 'event=call.ended', '{', '[1,]'])('leaves %j as it is, which is no JSON', (text) => {
    expect(indentJson(text)).toBeUndefined()
  })

  it.each([
    ['560 kB in 900 levels', nested(900, `1${',1'.repeat(280_000)}`)],
    ['1 MiB in 890 levels', nested(890, `1${',1'.repeat(MIB / 2 - 2000)}`)],
    ['a mebibyte of brackets', nested(MIB / 2, '')],
    ['half a mebibyte of objects', `${'{"a":'.repeat(90_000)}1${'}'.repeat(90_000)}`],
  ])('leaves as it is what would be too long to show: %s', (_, text) => {
    expect(indentJson(text)).toBeUndefined()
  })

  it.each([
    ['quotes', `"${'\\"'.repeat(MIB / 2)}"`],
    ['backslashes', `"${'\\\\'.repeat(MIB / 2)}"`],
    ['one number', '1'.repeat(MIB)],
  ])('takes a mebibyte of %s', (_, text) => {
    expect([text, undefined]).toContain(indentJson(text))
  })

  it('indents what is short, however deep', () => {
    const lines = indentJson(nested(500, '1'))?.split('\n') ?? []
    expect(lines).toHaveLength(1001)
    expect(lines[500]).toBe(`${'  '.repeat(500)}1`)
  })
})
