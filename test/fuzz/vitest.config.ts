import { defineConfig } from 'vitest/config'

// From the root, after a build: SEED=1 INPUTS=100000 npx vitest run --config test/fuzz/vitest.config.ts
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    maxWorkers: 2,
    // One run covers both halves.
    env: { SEED: process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)) },
  },
})
