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

/** Runs the Worker. `output` is everything that it has printed. */
async function startWorker(change: (code: string) => string = (code) => code) {
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
    modules: true,
    script: outputFiles[0]?.text ?? '',
    compatibilityDate: '2026-01-01',
    cf: false,
    bindings: { TRUEDY_WEBHOOK_SECRET: SECRET },
    queueProducers: { JOBS: 'truedy-events' },
    queueConsumers: { 'truedy-events': { maxBatchTimeout: 0.1, maxRetries: 16 } },
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk
        })
    },
  })
  await worker.ready
  return {
    processed: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('processed'))
        .sort(),
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
