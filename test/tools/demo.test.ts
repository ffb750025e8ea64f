import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const DEMO = join(ROOT, 'examples/demo/demo.mjs')

/** What a user sees when running a demo. */
interface Shown {
  readonly code: number
  readonly text: string
}

function runDemo(file: string): Promise<Shown> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file], (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0
      resolve({ code, text: stripVTControlCharacters(stdout + stderr) })
    })
  })
}

describe('the demo', () => {
  it('responds correctly to every delivery, and fits in 80 columns', async () => {
    const { code, text } = await runDemo(DEMO)
    expect(text).toContain('All 17 responses are right.')
    expect(text).not.toContain('re-serializes')
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
  })

  it('names the cause if its receiver is changed to re-serialize the body', async () => {
    const source = await readFile(DEMO, 'utf8')
    const changed = source.replace(
      'createServer(handler)',
      `createServer(async (request, response) => {
        const chunks = await request.toArray()
        // What a JSON body parser and JSON.stringify do. An incomplete body stays as it is.
        const text = Buffer.concat(chunks).toString()
        try {
          request.rawBody = JSON.stringify(JSON.parse(text))
        } catch {
          request.rawBody = text
        }
        handler(request, response)
      })`,
    )
    expect(changed).not.toBe(source)
    const folder = join(ROOT, '.test-results/demo')
    await mkdir(folder, { recursive: true })
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'demo.mjs')
    await writeFile(file, changed)

    const { code, text } = await runDemo(file)
    expect(text).toContain('re-serializes')
    expect(text).toMatch(/^call\.ended +401 +rejected: signature_mismatch +← WRONG, expected 204$/m)
    expect(code).toBe(1)
  })
})
