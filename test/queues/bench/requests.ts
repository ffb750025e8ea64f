/** Signed deliveries over HTTP, and the times of their responses. */

import { Agent, request } from 'node:http'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'

/** Posts `count` events, each signed beforehand, and returns the times to a 204 in milliseconds. */
export async function postAll(
  url: string,
  secret: string,
  count: number,
  inFlight: number,
): Promise<number[]> {
  const signed = await Promise.all(
    Array.from({ length: count }, () => signDelivery(sampleEvent('call.ended'), secret)),
  )
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const times: number[] = []
  const post = ({ body, headers }: (typeof signed)[number]) =>
    new Promise<void>((resolve, reject) => {
      const startedAt = performance.now()
      const sent = request(url, { method: 'POST', headers, agent }, (response) => {
        times.push(performance.now() - startedAt)
        response.resume().on('end', resolve)
        if (response.statusCode !== 204) reject(new Error(`The response is ${response.statusCode}.`))
      })
      sent.on('error', reject).end(body)
    })
  const next = async () => {
    for (let delivery = signed.pop(); delivery; delivery = signed.pop()) await post(delivery)
  }
  await Promise.all(Array.from({ length: inFlight }, next))
  agent.destroy()
  return times
}

/** The time within which this percentage of the times are. */
export function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0
}
