// Does on your machine what Vercel does: bundles the function, and runs it in the Edge Runtime.
import { EdgeRuntime, runServer } from 'edge-runtime'
import { build } from 'esbuild'

// Routes as vercel.json does.
const entry = `
  import receive from './api/webhooks/truedy.js'

  addEventListener('fetch', (event) => {
    const { pathname } = new URL(event.request.url)
    const isFound = pathname === '/webhooks/truedy' || pathname === '/api/webhooks/truedy'
    event.respondWith(isFound ? receive(event.request) : new Response(null, { status: 404 }))
  })`

const { outputFiles } = await build({
  stdin: { contents: entry, resolveDir: import.meta.dirname },
  bundle: true,
  format: 'iife',
  write: false,
})

const runtime = new EdgeRuntime({
  initialCode: outputFiles[0].text,
  // In Vercel's Edge Runtime, `process` has only `env`.
  extend: (context) => Object.assign(context, { process: { env: { ...process.env } } }),
})
await runServer({ runtime, host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
