/** Cases: contents that a queue must carry unchanged. */

import type { QueueCase } from './queue-case.js'
import { expectArrival, expectCarried, newJob, rejectionOf } from './queue-steps.js'

const MEBIBYTE = 1_048_576

/** Every kind of character that JSON can hold. */
const UNICODE = [
  'Grüße, 世界 – “so”',
  '👩‍🚀 e\u0301 \u202eabc \ufeff\uffff',
  '\u2028\u2029\u007f\u0080',
  "'; DROP TABLE jobs; -- $1 %s :key {a} {{b}}",
  '\\ \\\\ \\u0000 \\n " \\"',
  '\t\n\r',
]

export const carryingCases: readonly QueueCase[] = [
  {
    name: 'carries a job as it was added',
    run: (engine) =>
      expectCarried(engine, newJob({ scope: 'tenant-1', trace: { traceparent: '00-1-2-01' } }), 'a job'),
  },
  {
    name: 'carries every Unicode character in the body',
    async run(engine) {
      for (const text of UNICODE) {
        // JSON.stringify escapes none of these characters except quotes, backslashes and control characters.
        const body = JSON.stringify({
          event: 'call.ended',
          timestamp: 1,
          data: { call_id: 'c1', summary: text },
        })
        await expectCarried(engine, newJob({ body }), `a job with ${JSON.stringify(text)} in its body`)
      }
    },
  },
  {
    name: 'carries the escapes of NUL and of half a surrogate pair in the body',
    async run(engine) {
      const body = '{"event": "call.ended", "timestamp": 1, "data": {"summary": "\\u0000 \\ud83d"}}'
      await expectCarried(engine, newJob({ body }), 'a job with \\u0000 and \\ud83d in its body')
    },
  },
  {
    name: 'carries keys of any length and content',
    async run(engine) {
      const { key } = newJob()
      const odd = [...UNICODE, ':', '%3A', '/', '*', '.', '>', ' ', 'k'.repeat(2000)].map(
        (part) => key + part,
      )
      for (const each of [...odd, String(Math.floor(Math.random() * 1e12))]) {
        await expectCarried(
          engine,
          newJob({ key: each }),
          `a job with the key ${JSON.stringify(each.slice(0, 80))}`,
        )
      }
    },
  },
  {
    name: 'tells apart keys that differ in one character',
    async run(engine) {
      const { key } = newJob()
      const alike = ['', ':', '%', '%3A', '_', '-', '.', ' ', 'a', 'A', '/'].map((end) =>
        newJob({ key: key + end }),
      )
      for (const job of alike) await engine.queue.add(job)
      await expectArrival(engine, alike, 'one of several jobs with similar keys')
    },
  },
  {
    name: 'carries a body of one mebibyte, or rejects it',
    async run(engine) {
      const start = '{"event":"call.ended","timestamp":1,"data":{"call_id":"c1","summary":"'
      const job = newJob({ body: `${start}${'x'.repeat(MEBIBYTE - start.length - 3)}"}}` })
      if ((await rejectionOf(() => engine.queue.add(job))) !== undefined) return
      await expectArrival(engine, [job], 'a job with a body of one mebibyte')
    },
  },
  {
    name: 'carries 200 jobs that are added at the same moment',
    async run(engine) {
      const jobs = Array.from({ length: 200 }, () => newJob())
      await Promise.all(jobs.map((job) => engine.queue.add(job)))
      await expectArrival(engine, jobs, 'one of 200 jobs')
    },
  },
  {
    name: 'carries fields that a later version may add',
    async run(engine) {
      const job = { ...newJob(), attempt: 2, tags: ['a', { b: null }], at: 1.5 }
      await expectCarried(engine, job, 'a job with more fields')
    },
  },
]
