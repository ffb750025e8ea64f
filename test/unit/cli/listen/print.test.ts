import { describe, expect, it } from 'vitest'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { failOnUncaught } from '../../support/http.js'
import { listen, post } from '../../support/listen.js'
import { keeper } from '../../support/send.js'
import { CLI_SECRET } from '../../support/surroundings.js'

failOnUncaught()

/** An event with values that must not be printed. */
function telling() {
  const { data, ...envelope } = sampleEvent('call.ended')
  return {
    ...envelope,
    data: {
      ...data,
      to: '+15550100123',
      systemPrompt: 'geheim',
      callbacks: { ended: { secrets: ['geheim'] } },
      plain: 'kept',
    },
  }
}

describe('listen --print', () => {
  it('prints the payload without secrets, phone numbers and prompts', async () => {
    const { surroundings, url, shown } = await listen('--print')
    expect(await post(url, await signDelivery(telling(), CLI_SECRET))).toBe(204)
    await shown(1)
    expect(surroundings.stdout()).toContain('"plain": "kept"')
    expect(surroundings.stdout()).not.toMatch(/geheim|5550100123/)
  })

  it('masks an invalid payload, and prints none if the body is not an object', async () => {
    const { url, lines, shown, surroundings } = await listen('--print', '--json')
    await post(url, { body: JSON.stringify(telling()), headers: {} })
    await post(url, { body: '["geheim"]', headers: {} })
    await post(url, { body: 'geheim', headers: {} })
    await shown(3)
    expect(lines()).toMatchObject([{ payload: { event: 'call.ended', data: { plain: 'kept' } } }, {}, {}])
    expect(surroundings.stdout()).not.toMatch(/geheim|5550100123/)
  })

  it('prints no payload without the option', async () => {
    const { surroundings, url, shown } = await listen('--json')
    await post(url, await signDelivery(telling(), CLI_SECRET))
    await shown(1)
    expect(surroundings.stdout()).not.toMatch(/kept|payload/)
  })

  it('masks the response of an app with --forward', async () => {
    for (const body of ['{"to":"+15550100123","secret":"geheim"}', 'called +15550100123']) {
      const { url: app } = await keeper(() => ({ status: 500, body }))
      const { surroundings, url, shown } = await listen('--forward', app)
      await post(url, await signDelivery(telling(), CLI_SECRET))
      await shown(1)
      expect(surroundings.stdout()).toContain('[redacted]')
      expect(surroundings.stdout()).not.toMatch(/geheim|5550100123/)
    }
  })
})
