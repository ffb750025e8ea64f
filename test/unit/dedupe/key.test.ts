import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dedupeKey, parseEvent } from '../../../src/index.js'

function key(event: string, data: object, rest: object = {}): string {
  return dedupeKey(parseEvent({ event, timestamp: '2026-03-18T14:32:00Z', data, ...rest }))
}

describe('dedupeKey', () => {
  it.each([
    ['call.ended', {}, { id: 'evt_1' }, 'call.ended:event:evt_1'],
    ['call.ended', { call: { callId: 'c1' } }, { event_id: 'evt_1' }, 'call.ended:event:evt_1'],
    ['call.ended', { eventId: 'evt_1', call_id: 'c1' }, {}, 'call.ended:event:evt_1'],
    ['call.ended', { call: { callId: 'c1' } }, {}, 'call.ended:call:c1'],
    ['call.billed', { call_id: 'c1' }, {}, 'call.billed:call:c1'],
    ['batch.completed', { batch_id: 'b1' }, {}, 'batch.completed:batch:b1'],
    ['voice.training.completed', { voice_id: 'v1' }, {}, 'voice.training.completed:voice:v1'],
    ['voice.training.failed', { voice: { voiceId: 'v1' } }, {}, 'voice.training.failed:voice:v1'],
  ])('of %s with %j %j is the type, the kind of id and the id', (event, data, rest, expected) => {
    expect(key(event, data, rest)).toBe(expected)
  })

  it('type in the key: tells the events of one call apart', () => {
    const names = ['call.started', 'call.joined', 'call.ended', 'call.failed', 'call.billed']
    expect(new Set(names.map((name) => key(name, { call_id: 'c1' }))).size).toBe(names.length)
  })

  describe('when in doubt, twice: batch.status.changed repeats for one batch', () => {
    const change = (data: object, rest: object = {}) =>
      key('batch.status.changed', { batch_id: 'b1', ...data }, rest)

    it('and another status is another event', () => {
      expect(change({ status: 'PAUSED' })).not.toBe(change({ status: 'RUNNING' }))
    })

    it('and another time is another event', () => {
      expect(change({ status: 'RUNNING' }, { timestamp: 1 })).not.toBe(
        change({ status: 'RUNNING' }, { timestamp: 2 }),
      )
    })

    it('and other progress within the same second is another event', () => {
      expect(change({ status: 'RUNNING', completedCount: 10 })).not.toBe(
        change({ status: 'RUNNING', completedCount: 11 }),
      )
    })

    it('and the same change delivered again is the same event', () => {
      expect(change({ status: 'RUNNING', completedCount: 10 })).toBe(
        change({ status: 'RUNNING', completedCount: 10 }),
      )
    })

    it('and a status that is no text is no obstacle', () => {
      const odd = { toString: 1, valueOf: 2 }
      expect(change({ status: odd })).toBe(change({ status: odd }))
      expect(change({ status: odd })).not.toBe(change({ status: null }))
    })

    it('and an event id decides alone', () => {
      expect(change({ status: 'RUNNING' }, { id: 'e1', timestamp: 1 })).toBe(
        change({ status: 'PAUSED' }, { id: 'e1', timestamp: 2 }),
      )
    })

    it('and a batch id under data.id is no event id', () => {
      expect(change({ id: 'b1', status: 'PAUSED' })).not.toBe(change({ id: 'b1', status: 'RUNNING' }))
    })

    it('and may have no status', () => {
      expect(change({})).toMatch(
        /^batch\.status\.changed:batch:b1::2026-03-18T14%003a32%003a00Z:[\da-f]{32}$/,
      )
    })

    it('and says what it is of, for whoever reads the key', () => {
      expect(change({ status: 'RUNNING' })).toMatch(
        /^batch\.status\.changed:batch:b1:RUNNING:2026-03-18T14%003a32%003a00Z:[\da-f]{32}$/,
      )
    })
  })

  it('normalized name: an alias and its name are one event', () => {
    expect(key('call.completed', { call_id: 'c1' })).toBe(key('call.ended', { call_id: 'c1' }))
    expect(key('call.ended', { event: 'call.completed', call_id: 'c1' })).toBe(
      key('call.ended', { call_id: 'c1' }),
    )
  })

  it('nothing per attempt: only the event takes part, not the delivery; its own timestamp may change where an id is known', () => {
    expect(key('call.ended', { call_id: 'c1' }, { timestamp: 1 })).toBe(
      key('call.ended', { call_id: 'c1' }, { timestamp: 2 }),
    )
  })

  it('of an unknown type goes by the name as sent', () => {
    expect(key('call.created', {}, { id: 'e1' })).toBe('call.created:event:e1')
    expect(key('voice.created', {}, { id: 'e1' })).not.toBe(key('call.created', {}, { id: 'e1' }))
  })

  it('of an unknown type does not trust that there is one such event per call', () => {
    const progress = (percent: number) => key('call.progress', { call_id: 'c1', percent })
    expect(progress(10)).not.toBe(progress(20))
    expect(progress(10)).toBe(progress(10))
  })

  it.each([
    ['call.ended', { batch_id: 'b1', voice_id: 'v1' }],
    ['call.created', { call_id: 'c1' }],
    ['voice.training.completed', { call_id: 'c1', batch_id: 'b1' }],
    ['voice.created', {}],
    ['batch.completed', { call_id: 'c1', voice_id: 'v1' }],
    ['batch.status.changed', { status: 'RUNNING', call_id: 'c1', voice_id: 'v1' }],
    ['batch.created', { batch_id: 'b1' }],
    ['crm.synced', { call_id: 'c1', batch_id: 'b1', voice_id: 'v1' }],
  ])(
    'of %s with %j goes by time and content: it is not about what these ids name, or not once',
    (event, data) => {
      expect(key(event, data)).toMatch(/^[\w.]+:content:2026-03-18T14%003a32%003a00Z:[\da-f]{32}$/)
    },
  )

  it('without any id goes by time and content', () => {
    expect(key('call.ended', { a: 1 })).toMatch(/^call\.ended:content:.*:[\da-f]{32}$/)
    expect(key('call.ended', { a: 1 })).toBe(key('call.ended', { a: 1 }))
    expect(key('call.ended', { a: 1 })).not.toBe(key('call.ended', { a: 2 }))
    expect(key('call.ended', { a: 1 }, { timestamp: 1 })).not.toBe(
      key('call.ended', { a: 1 }, { timestamp: 2 }),
    )
  })

  it("hashes content with FNV-1a of 128 bits: the hash of {} is the published algorithm's", () => {
    // Python: h = 0x6c62272e07bb014262b821756295c58d
    //         for b in b'{}': h = ((h ^ b) * (2**88 + 0x13b)) % 2**128
    expect(key('call.ended', {}, { timestamp: 1 })).toBe(
      'call.ended:content:1:0880955dd2ab1be95aa0733055c655b5',
    )
  })

  it('tells kinds of id apart', () => {
    expect(key('call.ended', {}, { id: 'x' })).not.toBe(key('call.ended', { call_id: 'x' }))
  })

  it('cannot be made equal by separators inside an id', () => {
    expect(key('call.ended', {}, { id: 'a:b' })).not.toBe(key('call.ended', {}, { id: 'a%003ab' }))
    expect(key('a:event', {}, { id: 'b' })).not.toBe(key('a', {}, { id: 'event:b' }))
  })

  it('is cut, with a hash of the whole, when an id is very long', () => {
    const long = (end: string) => key('call.ended', {}, { id: 'x'.repeat(10_000) + end })
    expect(long('a')).toHaveLength(255)
    expect(long('a')).not.toBe(long('b'))
    expect(long('a')).toBe(long('a'))
    expect(long('a')).toMatch(/^call\.ended:event:x+~[\da-f]{32}$/)
    expect(key('call.ended', {}, { id: 'x'.repeat(255 - 'call.ended:event:'.length) })).not.toContain('~')
  })

  it.each(['\0', '\n', '\ud800', '💥', '"', "'", ';', '世界', '~', ' '])(
    'is printable ASCII for an id with %j',
    (id) => {
      expect(key('call.ended', {}, { id })).toMatch(/^[\w.:%~-]+$/)
    },
  )

  it('is the same for the same event and differs for different ids, whatever these hold', () => {
    const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(id, id, (a, b) => {
        const [one, other] = [key('call.ended', {}, { id: a }), key('call.ended', {}, { id: b })]
        expect(one === other).toBe(a === b)
        expect(one.length).toBeLessThanOrEqual(255)
        expect(one).toMatch(/^[\w.:%~-]+$/)
      }),
    )
  })
})
