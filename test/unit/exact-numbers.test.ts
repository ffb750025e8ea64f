import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteInexactNumbers } from '../../src/exact-numbers.js'
import { runs } from './support/runs.js'

/** A decimal number as an exact fraction without its sign. This second implementation checks the first. */
function fractionOf(literal: string): readonly [numerator: bigint, denominator: bigint] {
  const [mantissa = '', power = '0'] = literal.replace(/^-/, '').split(/e/i)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const exponent = Number(power) - fraction.length
  const digits = BigInt(whole + fraction)
  return exponent >= 0 ? [digits * 10n ** BigInt(exponent), 1n] : [digits, 10n ** BigInt(-exponent)]
}

function survives(literal: string): boolean {
  const number = Number(literal)
  if (!Number.isFinite(number)) return false
  if (number === 0 && literal.startsWith('-')) return false
  const [a, b] = fractionOf(literal)
  const [c, d] = fractionOf(String(number))
  return a * d === c * b
}

const digits = fc.stringMatching(/^\d{1,25}$/)
const literals = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/)),
    fc.option(digits),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.nat(400))),
  )
  .map(
    ([sign, whole, fraction, power]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${power === null ? '' : power.join('')}`,
  )

describe('quoteInexactNumbers', () => {
  it.each(['{"a":%}', '[%]', '[1, %]', '{"a":\n%}', '[[%],"-0 1e5"]'])(
    "quotes exactly the numbers that JavaScript can't represent, in %s",
    (place) => {
      fc.assert(
        fc.property(literals, (literal) => {
          const text = place.replace('%', literal)
          const quoted = place.replace('%', `"\\u0000${literal}"`)
          expect(quoteInexactNumbers(text)).toBe(survives(literal) ? text : quoted)
        }),
        runs(200),
      )
    },
  )

  it.each(['1', '0', '-1.5', '142.0', '1e5', '0.1', '1e21', '5e-324', '123456789012345680000'])(
    'keeps %s',
    (literal) => expect(quoteInexactNumbers(`[${literal}]`)).toBe(`[${literal}]`),
  )

  it.each(['-0', '-0.0', '1e400', '9007199254740993', '0.1000000000000000055', '1e-400'])(
    'quotes %s',
    (literal) => expect(quoteInexactNumbers(`[${literal}]`)).toBe(`["\\u0000${literal}"]`),
  )

  it('keeps numbers inside strings', () => {
    const text = '{"a":"-0, 1e400, 12345678901234567890 \\" [-0","b":1}'
    expect(quoteInexactNumbers(text)).toBe(text)
  })
})
