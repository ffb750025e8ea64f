/** Raw bodies: bytes that another thread could change, and runtimes without newer functions. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asBytes, isWellFormed } from '../../src/bytes.js'

describe('asBytes', () => {
  it.each([
    ['an array', (buffer: SharedArrayBuffer) => new Uint8Array(buffer)],
    ['the buffer itself', (buffer: SharedArrayBuffer) => buffer],
  ])('copies shared memory, given as %s', (_, given) => {
    const buffer = new SharedArrayBuffer(2)
    const bytes = asBytes(given(buffer)) as Uint8Array
    new Uint8Array(buffer).fill(7)
    expect([...bytes]).toEqual([0, 0])
  })

  it('does not copy memory that nobody shares', () => {
    const bytes = new Uint8Array(2)
    expect(asBytes(bytes)).toBe(bytes)
  })
})

describe.each(['with', 'without'])('isWellFormed %s String.prototype.isWellFormed', (which) => {
  const native = Object.getOwnPropertyDescriptor(String.prototype, 'isWellFormed')
  beforeEach(() => {
    if (which === 'without') Reflect.deleteProperty(String.prototype, 'isWellFormed')
  })
  afterEach(() => {
    if (native) Object.defineProperty(String.prototype, 'isWellFormed', native)
  })

  it.each([
    ['', true],
    ['{"a":"é👩"}', true],
    ['a\ud83d', false],
    ['\udc69a', false],
    ['\udc69\ud83d', false],
  ])('%j: %s', (text, expected) => {
    expect(isWellFormed(text)).toBe(expected)
  })
})
