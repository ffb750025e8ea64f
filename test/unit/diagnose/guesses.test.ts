/**
 * Everything that the diagnosis tries. A missing guess is a cause that is never found; a repeated one costs an HMAC.
 */

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { findingOf, guessBodies } from '../../../src/diagnose/bodies.js'
import { decodeBase64, decodeHex, encodeBase64, toSingleBytes } from '../../../src/diagnose/encodings.js'
import { guessKeys } from '../../../src/diagnose/secrets.js'
import { guessTimestamps } from '../../../src/diagnose/timestamps.js'

const text = (bytes: Uint8Array) =>
  JSON.stringify(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))

async function bodies(body: string | Uint8Array): Promise<string[]> {
  const guesses: string[] = []
  for await (const { body: guess, finding } of guessBodies(Buffer.from(body))) {
    guesses.push(`${finding?.cause ?? 'as it came'} ${finding?.detail ?? ''}: ${text(guess)}`)
  }
  return guesses
}

function keys(secrets: string[], others: string[] = []): string[] {
  return guessKeys(secrets, others).map(
    ({ key, finding }) =>
      `${finding?.cause ?? 'as given'} ${finding?.detail ?? ''}: ${JSON.stringify(Buffer.from(key.bytes).toString('latin1'))}`,
  )
}

describe('guessBodies', () => {
  const CASES: [string, string | Uint8Array][] = [
    ['empty', ''],
    ['compact JSON', '{"b":"ü","a":[1.0,{},[]],"c":1e-7}'],
    ['JSON of one form only', '[]'],
    ['JSON as Python sorts it', '{"a": 1, "b": 2}'],
    ['no JSON', 'event=call.ended'],
    ['a newline', '1\n'],
    ['a Windows newline', '1\r\n'],
    ['a carriage return', '1\r'],
    ['newlines of both kinds', '1\r\n\n\r\n'],
    ['lines of both kinds', 'a\nb\r\nc\rd'],
    ['a byte order mark', '\ufeff[1]'],
    ['a byte order mark and a newline', '\ufeff[1]\n'],
    ['a byte order mark and Windows newlines', '\ufeff[\r\n1]\r\n'],
    ['what begins as a byte order mark does', '\uf8ff'],
    ['base64', ' WyJiIl0=\n'],
    ['UTF-16', Buffer.from('\ufeff[1]', 'utf16le')],
    ['half the mark of UTF-16', Uint8Array.of(0xff, 0x31)],
    ['the other half', Uint8Array.of(0x31, 0xfe)],
    ['Latin-1', Buffer.from('"\x80 \x81 \xfc \x9f"', 'latin1')],
    ['UTF-8 twice', 'Ã¼ â€œ'],
    ['UTF-8 twice, but for a character that no byte stands for', 'Ã¼ 世'],
  ]

  it('yields exactly the bodies in the snapshot', async () => {
    const all: string[] = []
    for (const [name, body] of CASES) all.push(`# ${name}\n${(await bodies(body)).join('\n')}\n`)
    // Compressed bytes differ between machines.
    const [gzip] = (await bodies(gzipSync('[1]'))).slice(-1)
    await expect(`${all.join('\n')}\n# gzip, at the end\n${gzip}\n`).toMatchFileSnapshot(
      'snapshots/guessed-bodies.txt',
    )
  })

  it.each<[string, Uint8Array, string | undefined]>([
    ['an empty body', new Uint8Array(), 'body_empty'],
    ['gzip', gzipSync('[1]'), 'body_compressed'],
    ["the first byte of gzip's mark", Uint8Array.of(0x1f, 0x31), undefined],
    ["the second byte of gzip's mark", Uint8Array.of(0x31, 0x8b), undefined],
    ['a byte that is not UTF-8', Uint8Array.of(0xff), undefined],
    ['a replacement character', Buffer.from('a\ufffdb'), 'body_charset'],
    ['text', Buffer.from('text'), undefined],
  ])('finds what the bytes alone show in %s', (_, body, cause) => {
    expect(findingOf(body)?.cause).toBe(cause)
  })
})

it('findingOf names the compression', () => {
  expect(findingOf(gzipSync('[1]'))).toEqual({ cause: 'body_compressed', detail: 'gzip' })
})

describe('guessBodies reads bytes that were printed as numbers', () => {
  const listed = async (body: string) =>
    (await bodies(body)).flatMap((guess) => guess.split('body_buffer_json : ')[1] ?? [])

  it.each([
    '91,93',
    '91,93,32',
    ' \n91,93\n',
    '{"type":"Buffer","data":[91,93]}',
    '{ "type" : "Buffer" , "data" : [ 91 , 93 ] }',
    '{"data":[91,93]}',
    '{ "data" : [ 91 , 93 ] }',
    '{"0":91,"1":93}',
    '{ "0" : 91 , "1" : 93 }',
  ])('in %j', async (body) => {
    expect(await listed(body)).toEqual([body.endsWith('32') ? '"[] "' : '"[]"'])
  })

  it.each(['0,255', '{"data":[0,255]}'])('up to the last byte in %j', async (body) => {
    expect(await listed(body)).toEqual([JSON.stringify('\u0000\ufffd')])
  })

  it.each([
    '91',
    '1234,93',
    '91,1234',
    '91,256',
    '{"data":[91,256]}',
    '{"data":[91,-1]}',
    '{"data":[91,1.5]}',
    '{"data":[91,"93"]}',
    '{"data":[91,null]}',
    '{"data":["91"]}',
    '{"1":91}',
    '{"data":[91}',
    '[91,93]',
    '[{"data":[91]}]',
  ])('but not in %j', async (body) => {
    expect(await listed(body)).toEqual([])
  })
})

describe('guessBodies reads other encodings of a whole body', () => {
  const guessesOf = async (body: Uint8Array, cause: string) =>
    (await bodies(body)).flatMap((guess) =>
      guess.startsWith(cause) ? guess.slice(guess.indexOf(': ') + 2) : [],
    )

  const utf16 = Buffer.from('[1]', 'utf16le')
  const swapped = Buffer.from(utf16).swap16()
  it.each<[string, Uint8Array, string[]]>([
    ['UTF-16, little-endian, with a mark', Buffer.concat([Uint8Array.of(0xff, 0xfe), utf16]), ['"[1]"']],
    ['UTF-16, big-endian, with a mark', Buffer.concat([Uint8Array.of(0xfe, 0xff), swapped]), ['"[1]"']],
    ['UTF-16, little-endian', utf16, ['"[1]"']],
    ['UTF-16, big-endian', swapped, ['"[1]"']],
    ['nothing in twice one half of a mark', Buffer.concat([Uint8Array.of(0xfe, 0xfe), swapped]), []],
    ['nothing in twice the other half', Buffer.concat([Uint8Array.of(0xff, 0xff), swapped]), []],
    ['nothing in two bytes of zero', Uint8Array.of(0, 0), []],
  ])('%s', async (_, body, expected) => {
    expect(await guessesOf(body, 'body_charset The body arrived in UTF-16')).toEqual(expected)
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['brotli', brotliCompressSync],
  ])('%s, up to 4 MiB (case %#)', async (name, compress) => {
    expect(await guessesOf(compress('[1]'), `body_compressed ${name}`)).toContain('"[1]"')
    const largest = 4 * 1_048_576
    for (const [size, count] of [
      [largest, 1],
      [largest + 1, 0],
    ] as const) {
      let guesses = 0
      for await (const { finding } of guessBodies(compress(Buffer.alloc(size)))) {
        // The bytes of one format may happen to be another's, too.
        if (finding?.cause === 'body_compressed' && finding.detail === name) guesses += 1
      }
      expect(guesses).toBe(count)
    }
  })
})

describe('guessKeys', () => {
  const CASES: [string, string[], string[]?][] = [
    ['a secret', ['whsec_c2VjcmV0']],
    ['a secret with everything around it', ['\ufeff " whsec_616263 "\n']],
    ['a secret in curly quotes', ['“abc”']],
    ['a secret without a prefix', ['abcd']],
    ['a secret that is no Latin-1', ['whsec_世界']],
    ['two secrets', ['one', 'two ']],
    ['another secret', ['one'], [' other\n']],
    ['several others', ['one'], ['other', 'third']],
    ['the prefix alone', ['whsec_']],
  ]

  it('returns exactly the keys in the snapshot', async () => {
    const all = CASES.map(([name, secrets, others]) => `# ${name}\n${keys(secrets, others).join('\n')}\n`)
    await expect(all.join('\n')).toMatchFileSnapshot('snapshots/guessed-keys.txt')
  })

  it.each(['"abc"x', 'x"abc"', '“abc”x', 'x“abc”', '"abc\''])('keeps the quotes of %s', (secret) => {
    expect(keys([secret]).join('\n')).not.toContain('"abc"')
  })
})

describe('guessTimestamps', () => {
  it('returns all usual spellings of one time', () => {
    expect(guessTimestamps(' 1773844320.25 ')).toEqual([
      ['Unix seconds', '1773844320'],
      ['Unix milliseconds', '1773844320250'],
      ['ISO 8601 with milliseconds', '2026-03-18T14:32:00.250Z'],
      ['ISO 8601 with whole seconds', '2026-03-18T14:32:00Z'],
      ['ISO 8601 with +00:00', '2026-03-18T14:32:00+00:00'],
      ['ISO 8601 with milliseconds and +00:00', '2026-03-18T14:32:00.250+00:00'],
      ['ISO 8601 with microseconds and +00:00', '2026-03-18T14:32:00.250000+00:00'],
      ['ISO 8601 without a zone', '2026-03-18T14:32:00'],
      ['ISO 8601 with milliseconds, without a zone', '2026-03-18T14:32:00.250'],
      ['ISO 8601 with microseconds, without a zone', '2026-03-18T14:32:00.250000'],
      ['Unix seconds with a decimal', '1773844320.0'],
    ])
  })

  it.each([
    ['99999999999.0', '99999999999'],
    ['100000000000', '100000000'],
    [' 2026-03-18T14:32:00 ', '1773844320'],
    ['18 Mar 2026 14:32:00 GMT', '1773844320'],
    ['8640000000000000', '8640000000000'],
  ])('returns for %s first the seconds %s', (given, seconds) => {
    expect(guessTimestamps(given)[0]).toEqual(['Unix seconds', seconds])
  })

  it('reads up to 100 characters', () => {
    expect(guessTimestamps('1773844320'.padEnd(100))).not.toEqual([])
    expect(guessTimestamps('1773844320'.padEnd(101))).toEqual([])
  })

  it.each(['', ' ', 'now', '8640000000000001', '-9e300'])('returns nothing for %j', (given) => {
    expect(guessTimestamps(given)).toEqual([])
  })
})

describe('the encodings', () => {
  it.each(['', '!YWJj', 'YWJj!', 'YW Jj', 'YWJjY', 'YWJj===', '='])('decodeBase64 rejects %j', (given) => {
    expect(decodeBase64(given)).toBeUndefined()
  })

  it('decodeBase64 reads both alphabets, and encodeBase64 writes the standard one', () => {
    const bytes = Uint8Array.of(0xfb, 0xff, 0xbf, 0x00)
    expect(encodeBase64(bytes)).toBe('+/+/AA==')
    for (const given of ['+/+/AA==', '+/+/AA', '-_-_AA==']) expect(decodeBase64(given)).toEqual(bytes)
  })

  it.each(['', 'abc', 'zab', 'abz', 'zabcdz'])('decodeHex rejects %j', (given) => {
    expect(decodeHex(given)).toBeUndefined()
  })

  it('decodeHex reads digits of both cases', () => {
    expect(decodeHex('00fFA0')).toEqual(Uint8Array.of(0, 0xff, 0xa0))
  })

  it('toSingleBytes maps characters to the bytes that they stand for', () => {
    expect(toSingleBytes('a\xff')).toEqual(Uint8Array.of(0x61, 0xff))
    expect(toSingleBytes('€')).toBeUndefined()
    expect(toSingleBytes('€', new Map([['€', 0x80]]))).toEqual(Uint8Array.of(0x80))
  })
})
