import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTimestamp } from '../../src/timestamp.js'

const MARCH = Date.UTC(2026, 2, 18, 14, 32, 0)

describe('parseTimestamp', () => {
  it.each([
    ['1', 1000],
    ['1773844320', 1773844320_000],
    ['99999999999', 99999999999_000],
    ['2026-03-18T14:32:00Z', MARCH],
    ['2026-03-18T14:32:00', MARCH],
    ['2026-03-18T14:32:00.1Z', MARCH + 100],
    ['2026-03-18T14:32:00.12Z', MARCH + 120],
    ['2026-03-18T14:32:00.123456789Z', MARCH + 123],
    ['2026-03-18T14:32:00.999999', MARCH + 999],
    ['2026-03-18T14:32:00+05:30', MARCH - 330 * 60_000],
    ['2026-03-18T14:32:00-19:59', MARCH + (19 * 60 + 59) * 60_000],
    ['2026-03-18T14:32:00.5+23:00', MARCH + 500 - 23 * 3_600_000],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1970-01-01T00:00:00Z', 0],
  ])('reads %s', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected)
  })

  it.each([
    '',
    '123456789012',
    '-1',
    '1.5',
    ' 1',
    '1e9',
    '2026-03-18',
    '2026-03-18T14:32Z',
    '2026-03-18 14:32:00',
    '2026-03-18T14:32:00z',
    '2026-03-18T14:32:00.Z',
    '2026-03-18T14:32:00.1234567890Z',
    '2026-03-18T14:32:00+24:00',
    '2026-03-18T14:32:00+05:60',
    '2026-03-18T14:32:00+0530',
    '2026-03-18T14:32:00+30:00',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-18T24:00:00Z',
    '2026-03-18T14:60:00Z',
    '1x2026-03-18T14:32:00Z',
    '2026-03-18T14:32:00Zx',
    '2026-03-18T14:32:00Z\n',
  ])('rejects %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })

  it('rejects a text with any digit replaced by a letter, or with anything before or after it', () => {
    const forms = ['1773844320', '2026-03-18T14:32:07.123456+05:30', '2026-03-18T14:32:07']
    for (const form of forms) {
      for (const [index, character] of [...form].entries()) {
        if (!/\d/.test(character)) continue
        expect(parseTimestamp(`${form.slice(0, index)}x${form.slice(index + 1)}`), form).toBeUndefined()
      }
      for (const text of [`x${form}`, `${form}x`, ` ${form}`, `${form} `]) {
        expect(parseTimestamp(text), text).toBeUndefined()
      }
    }
  })

  it('reads every date and every fraction as JavaScript does', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    fc.assert(
      fc.property(date, fc.integer({ min: 1, max: 9 }), (time, digits) => {
        const [whole = '', fraction = ''] = time.toISOString().slice(0, -1).split('.')
        const text = `${whole}.${`${fraction}000000`.slice(0, digits)}`
        expect(parseTimestamp(text)).toBe(Date.parse(`${whole}.${fraction.slice(0, digits).padEnd(3, '0')}Z`))
      }),
    )
  })
})
