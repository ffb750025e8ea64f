import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../src/did-you-mean.js'

const COMMANDS = ['listen', 'send', 'check', 'verify']

describe('didYouMean', () => {
  it.each([
    ['send', 'send'],
    ['SEND', 'send'],
    ['sned', 'send'],
    ['esnd', 'send'],
    ['snd', 'send'],
    ['seend', 'send'],
    ['sent', 'send'],
    ['end', 'send'],
    ['sen', 'send'],
    ['lisetn', 'listen'],
    ['ilstne', 'listen'],
    ['liste', 'listen'],
    ['list', 'listen'],
    ['chekc', 'check'],
  ])('suggests for "%s" the command "%s"', (word, command) => {
    expect(didYouMean(word, COMMANDS)).toBe(` Did you mean "${command}"?`)
  })

  // "dsne" needs two edits, and a word of four letters may have one. "nels" needs four, and "listen" may have two.
  it.each(['', 'dsne', 'xxnd', 'lis', 'nelsit', 'xyzzy', 'abcsend'])('suggests nothing for "%s"', (word) => {
    expect(didYouMean(word, COMMANDS)).toBe('')
  })

  it('allows one edit of a word of one or two letters', () => {
    expect(didYouMean('x', ['a'])).toBe(' Did you mean "a"?')
    expect(didYouMean('', ['a'])).toBe(' Did you mean "a"?')
    expect(didYouMean('ba', ['ab'])).toBe(' Did you mean "ab"?')
    expect(didYouMean('xy', ['ab'])).toBe('')
  })

  // Each of these words has "ab" or "ba" where the other has two letters that are not swapped, so two edits.
  it.each([
    ['xab', 'xbc'],
    ['abx', 'cax'],
    ['aab', 'bba'],
  ])('counts a swap only if both letters changed places: "%s" and "%s"', (word, other) => {
    expect(didYouMean(word, [other])).toBe('')
  })

  it('suggests the nearest, and the first of several', () => {
    expect(didYouMean('scope', ['slope', 'scope'])).toBe(' Did you mean "scope"?')
    expect(didYouMean('cat', ['bat', 'rat'])).toBe(' Did you mean "bat"?')
    expect(didYouMean('word', [])).toBe('')
  })

  it('shows the candidate as it is told to', () => {
    expect(didYouMean('sned', COMMANDS, (command) => `--${command}`)).toBe(' Did you mean --send?')
  })

  it('finds a word after as many edits as a third of its letters', () => {
    const edit = fc.record({
      kind: fc.constantFrom('insert', 'remove', 'replace', 'swap'),
      at: fc.nat(),
      letter: fc.constantFrom(...'abcxyz'),
    })
    const word = fc.string({ unit: fc.constantFrom(...'abcxyz'), minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(word, fc.array(edit, { maxLength: 4 }), (original, edits) => {
        const letters = [...original]
        // A letter between two swapped ones makes their swap cost more than one edit, so a swap stays alone.
        const most = edits.some(({ kind }) => kind === 'swap') ? 1 : Math.floor(original.length / 3)
        for (const { kind, at, letter } of edits.slice(0, most)) {
          const index = at % Math.max(1, letters.length)
          if (kind === 'insert') letters.splice(index, 0, letter)
          else if (kind === 'remove') letters.splice(index, 1)
          else if (kind === 'replace') letters.splice(index, 1, letter)
          else letters.splice(index, 2, ...letters.slice(index, index + 2).reverse())
        }
        expect(didYouMean(letters.join(''), [original])).toContain(`"${original}"`)
      }),
    )
  })
})
