/** The Worker of the manual in `workerd`, with the local version of Cloudflare Queues. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { describe, expect, it, vi } from 'vitest'
import { dedupeKey, parseEvent } from '../../src/index.js'
import { sampleEvent, signDelivery } from '../../src/testing/index.js'
import { blocksOf } from '../readme/blocks.js'

const SECRET = 'whsec_cloudflare'
const manual = readFileSync(join(import.meta.dirname, '../../src/queues/README.md'), 'utf8')
const block = blocksOf(manual).find(({ run }) => run === 'worker of Cloudflare')

/** Prints the messages that the Worker could not process. */
const DEAD_LETTER_WORKER = `export default {
  queue({ queue, messages }) {
    for (const { body } of messages) console.log('dead letter', queue, body.key)
  },
}`

/**
 * Runs the Worker, and a consumer of its dead letter queue. `output` is everything that they have printed.
 *
 * @param change - changes the code of the manual
 * @param maxRetries - the number of retries of a message, as in the manual
 */
async function startWorker(change: (code: string) => string = (code) => code, maxRetries = 16) {
  const { outputFiles } = await build({
    stdin: { contents: change(block?.code ?? ''), loader: 'ts', resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    write: false,
  })
  let output = ''
  const worker = new Miniflare({
    cf: false,
    workers: [
      {
        name: 'worker',
        modules: true,
        script: outputFiles[0]?.text ?? '',
        compatibilityDate: '2026-01-01',
        bindings: { TRUEDY_WEBHOOK_SECRET: SECRET },
        queueProducers: { JOBS: 'truedy-events' },
        queueConsumers: {
          'truedy-events': { maxBatchTimeout: 0.1, maxRetries, deadLetterQueue: 'truedy-events-failed' },
        },
      },
      {
        name: 'dead-letters',
        modules: true,
        script: DEAD_LETTER_WORKER,
        compatibilityDate: '2026-01-01',
        queueConsumers: { 'truedy-events-failed': { maxBatchTimeout: 0.1 } },
      },
    ],
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk
        })
    },
  })
  await worker.ready
  const linesWith = (start: string) =>
    output
      .split('\n')
      .filter((line) => line.startsWith(start))
      .sort()
  return {
    processed: () => linesWith('processed'),
    deadLetters: () => linesWith('dead letter'),
    attempts: () => linesWith('attempt'),
    output: () => output,
    async deliver(event: object): Promise<number> {
      const signed = await signDelivery(event, SECRET)
      return (await worker.dispatchFetch('http://localhost/', { method: 'POST', ...signed })).status
    },
    dispose: () => worker.dispose(),
  }
}

const newEvents = (count: number) => Array.from({ length: count }, () => sampleEvent('call.ended'))
const lineOf = (event: object) => `processed call.ended ${dedupeKey(parseEvent(event))}`

describe('Cloudflare Queues', () => {
  it('processes each acknowledged event once, although each was delivered twice', async () => {
    const worker = await startWorker()
    try {
      const events = newEvents(20)
      for (const event of [...events, ...events]) expect(await worker.deliver(event)).toBe(204)
      await vi.waitFor(() => expect(worker.processed()).toHaveLength(20), 20_000)
      expect(worker.processed()).toEqual(events.map(lineOf).sort())
    } finally {
      await worker.dispose()
    }
  })

  it('retries a job whose handler failed', async () => {
    const fail = "if (failures++ === 0) throw new Error('The CRM is down.')"
    const worker = await startWorker(
      (code) => `let failures = 0\n${code.replace(/=> (console\.log.*),$/m, `=> { ${fail}; $1 },`)}`,
    )
    try {
      const [event] = newEvents(1) as [object]
      expect(await worker.deliver(event)).toBe(204)
      await vi.waitFor(() => expect(worker.processed()).toEqual([lineOf(event)]), 20_000)
    } finally {
      await worker.dispose()
    }
  })

  it('moves a job whose handler always fails to the dead letter queue', async () => {
    const [poison, event] = newEvents(2) as [object, object]
    const poisonKey = dedupeKey(parseEvent(poison))
    const fail = `if (key === '${poisonKey}') { console.log('attempt'); throw new Error('The CRM is down.') }`
    const worker = await startWorker(
      (code) => code.replace(/=> (console\.log.*),$/m, `=> { ${fail}; $1 },`),
      2,
    )
    try {
      for (const each of [poison, event]) expect(await worker.deliver(each)).toBe(204)
      await vi.waitFor(() => expect(worker.deadLetters()).toHaveLength(1), 30_000)
      expect(worker.deadLetters()).toEqual([`dead letter truedy-events-failed ${poisonKey}`])
      expect(worker.processed()).toEqual([lineOf(event)])
      // The first attempt and two retries.
      expect(worker.attempts()).toHaveLength(3)
    } finally {
      await worker.dispose()
    }
  })

  it('responds with 500 for a job over the limit, and accepts one below', async () => {
    const worker = await startWorker()
    try {
      const [event] = newEvents(1) as [ReturnType<typeof sampleEvent>]
      expect(await worker.deliver({ ...event, note: 'x'.repeat(128_000) })).toBe(500)
      const small = { ...event, note: 'x'.repeat(120_000) }
      expect(await worker.deliver(small)).toBe(204)
      await vi.waitFor(() => expect(worker.processed()).toEqual([lineOf(small)]), 20_000)
    } finally {
      await worker.dispose()
    }
  })
})
