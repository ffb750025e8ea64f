import { describe, expect, it } from 'vitest'
import { sortedJson } from '../../../src/diagnose/index.js'
import vectors from '../../vectors/sorted.json' with { type: 'json' }

describe('sortedJson', () => {
  it.each(vectors)('writes $document as Python does', ({ document, sorted }) => {
    expect(sortedJson(document)).toBe(sorted)
    expect(sortedJson(new TextEncoder().encode(document))).toBe(sorted)
  })

  it('skips a byte order mark, as Python does for bytes', () => {
    expect(sortedJson(new TextEncoder().encode('\ufeff{"b":1,"a":2}'))).toBe('{"a": 2, "b": 1}')
  })

  it.each([
    ['{"a!":1,"a":2}', '{"a": 2, "a!": 1}'],
    ['{"a":1,"a!":2}', '{"a": 1, "a!": 2}'],
    // By code point, U+FFEE comes before U+1F600, whose first code unit is U+D83D.
    ['{"\u{1f600}":1,"\uffee":2}', '{"\\uffee": 2, "\\ud83d\\ude00": 1}'],
    ['{"\uffee":2,"\u{1f600}":1}', '{"\\uffee": 2, "\\ud83d\\ude00": 1}'],
    ['{"b":1,"a":2,"b":3}', '{"a": 2, "b": 3}'],
  ])('sorts %s by code point', (document, sorted) => {
    expect(sortedJson(document)).toBe(sorted)
  })

  it.each<[string, string | Uint8Array, string]>([
    ['truncated JSON', '{"event":', 'invalid_json'],
    ['NaN', '[NaN]', 'invalid_json'],
    ['-Infinity', '[-Infinity]', 'invalid_json'],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'invalid_json'],
    ['901 levels', '['.repeat(901) + ']'.repeat(901), 'invalid_json'],
    ['901 levels of objects', `${'{"a":'.repeat(901)}1${'}'.repeat(901)}`, 'invalid_json'],
    ['a whole number of 4,301 digits', `[-${'9'.repeat(4301)}]`, 'invalid_json'],
    ['a body that was parsed', {} as string, 'body_not_raw'],
  ])('rejects %s', (_, body, code) => {
    expect(() => sortedJson(body)).toThrow(expect.objectContaining({ name: 'WebhookError', code }))
  })

  it.each([
    ['900 levels', '['.repeat(900) + ']'.repeat(900)],
    ['a whole number of 4,300 digits', `[-${'9'.repeat(4300)}]`],
  ])('accepts %s', (_, body) => {
    expect(sortedJson(body)).toBe(body)
  })
})
