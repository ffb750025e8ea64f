// Bundle sizes, as a user's bundler makes them: `npm run size`. Fails over the limits.

import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const LIMITS = [
  { what: 'verifyAndParse alone', source: "export { verifyAndParse } from '../dist/index.js'", limit: 3000 },
  { what: 'the whole main entry', source: "export * from '../dist/index.js'", limit: 6500 },
]

let isOver = false
for (const { what, source, limit } of LIMITS) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length
  isOver ||= size > limit
  console.log(`${what.padEnd(22)} ${size} bytes (limit ${limit})  ${size > limit ? 'OVER' : 'ok'}`)
}
process.exitCode = isOver ? 1 : 0
