import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringifyDeep } from '../../src/json.js'
import { runs } from './support/runs.js'

/** More levels than JSON.stringify can recurse into. */
const LEVELS = 20_000

/** Any value that a program may hold, including undefined fields and items. */
const value = fc.anything({ maxDepth: 3, values: [fc.jsonValue(), fc.constant(undefined)] })

it('stringifyDeep writes what JSON.stringify would write, at any depth', () => {
  fc.assert(
    fc.property(value, fc.array(value, { maxLength: 2 }), (inner, beside) => {
      let deep = inner
      for (let level = 0; level < LEVELS; level++) deep = [deep]
      const holding = (first: unknown) => [first, ...beside, { inner, beside }]
      // Stringified inside an array whose brackets are then removed, because an undefined item becomes `null`.
      const written = JSON.stringify([inner]).slice(1, -1)
      const deepText = '['.repeat(LEVELS) + written + ']'.repeat(LEVELS)
      const rest = JSON.stringify(holding(0)).slice('[0'.length)
      expect(stringifyDeep(holding(deep))).toBe(`[${deepText}${rest}`)
      expect(stringifyDeep(holding(inner))).toBe(`[${written}${rest}`)
    }),
    runs(5),
  )
})
