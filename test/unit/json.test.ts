import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringifyDeep } from '../../src/json.js'
import { runs } from './support/runs.js'

/** More levels than the native function can recurse into. */
const LEVELS = 20_000

/** Values as programs hold them, too: with fields and items that are undefined. */
const value = fc.anything({ maxDepth: 3, values: [fc.jsonValue(), fc.constant(undefined)] })

it('stringifyDeep writes what JSON.stringify writes, however deep it is', () => {
  fc.assert(
    fc.property(value, fc.array(value, { maxLength: 2 }), (inner, beside) => {
      let deep = inner
      for (let level = 0; level < LEVELS; level++) deep = [deep]
      const holding = (first: unknown) => [first, ...beside, { inner, beside }]
      // The text of the array that holds it, without the brackets: an item that is undefined is `null`.
      const written = JSON.stringify([inner]).slice(1, -1)
      const deepText = '['.repeat(LEVELS) + written + ']'.repeat(LEVELS)
      const rest = JSON.stringify(holding(0)).slice('[0'.length)
      expect(stringifyDeep(holding(deep))).toBe(`[${deepText}${rest}`)
      expect(stringifyDeep(holding(inner))).toBe(`[${written}${rest}`)
    }),
    runs(5),
  )
})
