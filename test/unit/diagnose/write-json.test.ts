import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBudget } from '../../../src/diagnose/budget.js'
import { guessForms } from '../../../src/diagnose/forms.js'
import { readJson } from '../../../src/diagnose/read-json.js'
import { createScratch } from '../../../src/diagnose/scratch.js'
import { type JsonStyle, writeJson } from '../../../src/diagnose/write-json.js'

const COMPACT: JsonStyle = { comma: ',', colon: ':' }

function rewrite(text: string, style: JsonStyle): string {
  let written = ''
  writeJson(readJson(text), style, (part) => {
    written += part
  })
  return written
}

/** Escapes all units except printable ASCII, as Python does. */
const asciiOf = (text: string) =>
  text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Strings with the units around which an order by UTF-16 unit differs from one by code point. */
const keys = fc.string({
  unit: fc.constantFrom('\0', 'a', '~', '\ud7ff', '\ud800', '\udbff', '\udc00', '\udfff', '\ue000', '\uffff'),
  maxLength: 4,
})

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (each) => each.codePointAt(0) ?? 0))
  for (const [index, point] of (left ?? []).entries()) {
    const other = right?.[index]
    if (other === undefined) return 1
    if (point !== other) return point - other
  }
  return (left?.length ?? 0) - (right?.length ?? 0)
}

describe('writeJson', () => {
  it('sorts keys by code point', () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys, { minLength: 2, maxLength: 5 }), (names) => {
        const text = `{${names.map((name) => `${JSON.stringify(name)}:0`).join()}}`
        const sorted = [...names].sort(compareCodePoints)
        expect(rewrite(text, { ...COMPACT, isSorted: true })).toBe(
          `{${sorted.map((name) => `${JSON.stringify(name)}:0`).join()}}`,
        )
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ...[498, 499, 500, 501, 999, 1000, 1001, 2500].map((count) => Array.from({ length: count }, () => 1)),
    ...[995, 996, 997, 998, 999, 1000, 5000].map((length) => [
      'a',
      'x'.repeat(length),
      'b',
      'y'.repeat(length),
    ]),
    ...[1, 499, 500, 501, 999, 1000, 1001, 2500].flatMap((count) =>
      ['ü', 'aü', '\u007f~', 'üa😀'].map((each) => [each.repeat(count)]),
    ),
  ])('writes long arrays and strings whole (case %#)', (...items) => {
    const text = JSON.stringify(items)
    expect(rewrite(text, COMPACT)).toBe(text)
    expect(rewrite(text, { ...COMPACT, isAscii: true })).toBe(asciiOf(text))
  })
})

describe('guessForms', () => {
  it('never writes a form that is larger than it asked for', () => {
    const scratch = createScratch()
    let most = 0
    /** Collected, because `guessForms` takes an error for a sign that the body isn't JSON. */
    const tooLarge: string[] = []
    const watched = {
      ...scratch,
      begin(maxBytes: number) {
        most = maxBytes
        scratch.begin(maxBytes)
      },
      fingerprint() {
        if (scratch.written().length > most) tooLarge.push(Buffer.from(scratch.written()).toString())
        return scratch.fingerprint()
      },
    }
    const leaf = fc.constantFrom(
      '1e15',
      '1e-7',
      '1.0',
      '-0',
      '12345678901234567890',
      '1E400',
      '"ü"',
      '"\u007f"',
      '"😀"',
      '""',
      'null',
    )
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        leaf,
        fc.array(tie('json'), { maxLength: 5 }).map((items) => `[${items.join()}]`),
        fc
          .array(tie('json'), { maxLength: 5 })
          .map((items) => `{${items.map((item) => `"a":${item}`).join()}}`),
      ),
    }))
    fc.assert(
      fc.property(json, (text) => {
        const forms = [
          ...guessForms(
            Buffer.from(text),
            text,
            createBudget(() => 0),
            watched,
          ),
        ]
        expect(forms.every(({ finding }) => finding !== undefined)).toBe(true)
        expect(tooLarge).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
