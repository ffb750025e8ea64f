import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm', 'cjs'],
  // Shared chunks in both formats: `instanceof WebhookError` holds across the entries.
  splitting: true,
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  sourcemap: true,
  dts: true,
})
