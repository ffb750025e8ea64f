import { describe, expect, it, onTestFinished } from 'vitest'
import { type EndpointSettings, startEndpoint } from '../../../../src/cli/listen/endpoint-server.js'
import type { ListenedDelivery } from '../../../../src/cli/listen/listened-delivery.js'
import type { Diagnosis } from '../../../../src/diagnose/index.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught } from '../../support/http.js'
import { post, validDelivery } from '../../support/listen.js'
import { CLI_SECRET } from '../../support/surroundings.js'

failOnUncaught()

/** Starts an endpoint that collects what it reports. */
async function start(
  settings: Pick<EndpointSettings, 'diagnose'> = {},
): Promise<{ readonly url: string; readonly reported: ListenedDelivery[] }> {
  const reported: ListenedDelivery[] = []
  const endpoint = await startEndpoint({
    port: 0,
    path: '/hooks',
    secret: CLI_SECRET,
    otherSecrets: [],
    ...settings,
    onDelivery: (delivery) => reported.push(delivery),
    onElsewhere: () => expect.unreachable(),
  })
  onTestFinished(() => endpoint.close())
  return { url: `${endpoint.origin}/hooks`, reported }
}

/** A deep and wide body with the signature of another one. */
const forged = async () => {
  const { headers } = await validDelivery()
  return { headers, body: `${'['.repeat(890)}1${',1'.repeat(40_000)}${']'.repeat(890)}` }
}

describe('the endpoint of listen', () => {
  it('responds first and then diagnoses one delivery at a time', async () => {
    const ends: ((diagnosis: Diagnosis) => void)[] = []
    const diagnose = () => new Promise<Diagnosis>((resolve) => ends.push(resolve))
    const found: Diagnosis = { ok: false, cause: 'unknown', causes: ['unknown'], explanation: '', fix: '' }

    const { url, reported } = await start({ diagnose })
    // Each diagnosis waits until this test ends it.
    expect([await post(url, await forged()), await post(url, await forged())]).toEqual([401, 401])
    expect(await post(url, await validDelivery())).toBe(204)
    expect(reported).toEqual([])
    await eventually(() => expect(ends).toHaveLength(1))
    ends[0]?.(found)
    await eventually(() => expect(ends).toHaveLength(2))
    expect(reported).toHaveLength(1)
    ends[1]?.(found)
    await eventually(() =>
      expect(reported.map(({ number, outcome }) => [number, outcome])).toEqual([
        [1, 'rejected'],
        [2, 'rejected'],
        [3, 'processed'],
      ]),
    )
  })

  it('finishes the diagnosis of deliveries that are made to be expensive', async () => {
    const { url, reported } = await start()
    const statuses = await Promise.all([post(url, await forged()), post(url, await forged())])
    expect(statuses).toEqual([401, 401])
    await eventually(() =>
      expect(reported.map(({ diagnosis }) => diagnosis?.cause)).toEqual(['unknown', 'unknown']),
    )
  })
})
