import { defineConfig } from 'vitest/config'

// From the root, after a build: SECONDS=10 npx vitest run --config test/load/vitest.config.ts
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
  },
})
