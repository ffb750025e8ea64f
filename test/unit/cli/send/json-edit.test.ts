import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editJson } from '../../../../src/cli/send/json-edit.js'
import { runs } from '../../support/runs.js'

/** Keys that a command line needs no escapes for, including some that JSON must escape. */
const keys = fc.string({ unit: fc.constantFrom(...'ab"\\{}[],: é'), minLength: 1, maxLength: 4 })
const json = fc.jsonValue({ maxDepth: 4 })
const space = fc.constantFrom(undefined, 1, '\t')

/** The same edit of a parsed value, or `undefined` if the path can't exist. */
function changed(root: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  if (Array.isArray(root)) {
    const index = Number(key)
    if (!(String(index) === key && index in root)) return undefined
    const inner = rest.length === 0 ? value : changed(root[index], rest, value)
    return inner === undefined ? undefined : root.map((each, at) => (at === index ? inner : each))
  }
  if (typeof root !== 'object' || root === null) return undefined
  const fields = new Map(Object.entries(root))
  const inner = rest.length === 0 ? value : changed(fields.has(key) ? fields.get(key) : {}, rest, value)
  return inner === undefined ? undefined : Object.fromEntries(fields.set(key, inner))
}

/** All paths in a value. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ])
}

describe('editJson', () => {
  it('makes the edit that a parsed value would get', () => {
    fc.assert(
      fc.property(
        fc.dictionary(keys, json),
        json,
        fc.nat(),
        fc.array(keys, { maxLength: 2 }),
        space,
        (root, value, nth, more, indent) => {
          const paths = pathsOf(root)
          const path = [...(paths[nth % Math.max(1, paths.length)] ?? []), ...more]
          fc.pre(path.length > 0 && !path.includes('__proto__'))
          const text = JSON.stringify(root, undefined, indent)
          const edited = editJson(text, { path, value: JSON.stringify(value) })
          const expected = changed(JSON.parse(text), path, JSON.parse(JSON.stringify(value)))
          expect(edited === undefined ? undefined : JSON.parse(edited)).toEqual(expected)
        },
      ),
      runs(200),
    )
  })

  it.each([
    ['{"a": 1.0, "b":\t{"c":1e-07 , "d": [1, 2]}}', 'b.c', '2', '{"a": 1.0, "b":\t{"c":2 , "d": [1, 2]}}'],
    ['{"a": 1.0, "b": {"d": [1, 2.0]}}', 'b.d.1', '3.50', '{"a": 1.0, "b": {"d": [1, 3.50]}}'],
    ['{"a": {} }', 'a.b.c', '5', '{"a": {"b": {"c": 5}} }'],
    ['{\n  "a": 1\n}', 'b', '2', '{\n  "a": 1, "b": 2\n}'],
    ['{"a": 1, "a": 2}', 'a', '3', '{"a": 1, "a": 3}'],
    ['   {"a": 1}', 'a', '3', '   {"a": 3}'],
    ['{"a": 1}\n', 'b', '3', '{"a": 1, "b": 3}\n'],
    [' {"\\u0061": 1} ', 'a', '3', ' {"\\u0061": 3} '],
    ['{"a": "}]{[,:\\""}', 'b', '1', '{"a": "}]{[,:\\"", "b": 1}'],
  ])('keeps all other characters of %s', (text, path, value, expected) => {
    expect(editJson(text, { path: path.split('.'), value })).toBe(expected)
  })

  it.each([
    ['{"a": 5}', 'a.b'],
    ['{"a": "text"}', 'a.b'],
    ['{"a": null}', 'a.b'],
    ['{"a": [1]}', 'a.1'],
    ['{"a": [1]}', 'a.b'],
    ['"text"', 'a'],
  ])('returns undefined in %s for %s', (text, path) => {
    expect(editJson(text, { path: path.split('.'), value: '1' })).toBeUndefined()
  })
})
