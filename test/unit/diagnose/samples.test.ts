import { describe, expect, it } from 'vitest'
import { diagnose } from '../../../src/diagnose/index.js'
import { eventNames } from '../../../src/index.js'
import { flatSampleEvent, sampleEvent, signDelivery } from '../../../src/testing/index.js'

/** Ways in which JavaScript serializes what it parsed. */
const writers: Readonly<Record<string, (value: unknown) => string>> = {
  'JSON.stringify': (value) => JSON.stringify(value),
  'JSON.stringify with two spaces': (value) => JSON.stringify(value, null, 2),
  'JSON.stringify with tabs': (value) => JSON.stringify(value, null, '\t'),
}

describe.each(eventNames)('the sample of %s', (name) => {
  it.each(Object.entries(writers))('re-serialized by %s is diagnosed in both forms', async (_, write) => {
    for (const event of [sampleEvent(name), flatSampleEvent(name)]) {
      const { body, headers } = await signDelivery(event, 'whsec_test')
      const { causes } = await diagnose(write(JSON.parse(body)), headers, 'whsec_test')
      expect(causes).toEqual(['body_reserialized'])
    }
  })
})
