import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonJson } from '../../../src/testing/python-json.js'
import vectors from '../../vectors/dumps.json' with { type: 'json' }
import { runs } from '../support/runs.js'

const hasPython = spawnSync('python3', ['-c', 'import json']).status === 0

/** What Python's `json.dumps` writes for each JSON text, in one run. */
function dumps(texts: readonly string[]): string[] {
  const program = `
import json, sys
print("\\n".join(json.dumps(json.loads(text)) for text in json.load(sys.stdin)))`
  // ASCII only, so that Python reads the same in every locale.
  const input = JSON.stringify(texts).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const output = execFileSync('python3', ['-c', program], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
  return output.split('\n').slice(0, texts.length)
}

const anyText = fc.string({ unit: 'binary' })
const anyHalves = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units))
/** Numbers of every size, including those near which either language starts to use an exponent. */
const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -30, max: 30 }))
    .map(([digits, power]) => digits * 10 ** power),
)
/** Any JSON object without the fields that are floats in the samples. */
const anyObject = fc
  .object({
    key: fc.oneof(anyText, anyHalves),
    values: [anyText, anyHalves, anyNumber, fc.boolean(), fc.constant(null)],
    maxDepth: 4,
  })
  .filter(
    (value) => !/"(duration|costUsd|cost_usd|duration_seconds|temperature)"/.test(JSON.stringify(value)),
  )

describe('pythonJson', () => {
  it.each(vectors)('writes $json as Python does', ({ json, dumps: expected }) => {
    expect(pythonJson(JSON.parse(json))).toBe(expected)
  })

  it.skipIf(!hasPython)('writes random values as Python does', () => {
    const values = fc.sample(anyObject, runs(500).numRuns)
    expect(values.map((value) => pythonJson(value))).toEqual(
      dumps(values.map((value) => JSON.stringify(value))),
    )
  })

  it('keeps every value', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        expect(JSON.parse(pythonJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('never matches JSON.stringify for an object with two fields or more', () => {
    fc.assert(
      fc.property(anyObject, anyNumber, anyNumber, (value, a, b) => {
        const text = pythonJson({ ...value, a, b })
        expect(JSON.stringify(JSON.parse(text))).not.toBe(text)
      }),
    )
  })

  it.each([
    [{ duration: 142 }, '{"duration": 142.0}'],
    [{ call: { duration: 0, costUsd: -3 } }, '{"call": {"duration": 0.0, "costUsd": -3.0}}'],
    [{ duration_seconds: 60, cost_usd: 0.12 }, '{"duration_seconds": 60.0, "cost_usd": 0.12}'],
    [{ duration: null, temperature: 1e16 }, '{"duration": null, "temperature": 1e+16}'],
    [{ duration: [1, 2], count: 142 }, '{"duration": [1, 2], "count": 142}'],
    [{ duration: 'text', n: 1 }, '{"duration": "text", "n": 1}'],
    [['duration', 5], '["duration", 5]'],
  ])('writes whole numbers in float fields with a decimal point: %j', (value, text) => {
    expect(pythonJson(value)).toBe(text)
  })

  it('accepts what JSON.stringify accepts', () => {
    const value = { at: new Date(0), gone: undefined, call() {}, list: [undefined], nan: Number.NaN }
    expect(pythonJson(value)).toBe('{"at": "1970-01-01T00:00:00.000Z", "list": [null], "nan": null}')
    expect(pythonJson(() => {})).toBe('null')
    expect(() => pythonJson({ big: 1n })).toThrow(TypeError)
  })

  it('accepts 256 kB of characters or escapes, and many numbers', () => {
    for (const value of [
      'x'.repeat(2 ** 18),
      '\n'.repeat(2 ** 18),
      '"'.repeat(2 ** 18),
      '世'.repeat(2 ** 18),
    ]) {
      expect(JSON.parse(pythonJson({ value }))).toEqual({ value })
    }
    const numbers = Array.from({ length: 2 ** 15 }, (_, index) => index / 7)
    expect(JSON.parse(pythonJson(numbers))).toEqual(numbers)
  })
})
