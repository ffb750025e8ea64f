import { defineConfig } from 'vitest/config'

// From the root, after a build: npx vitest run --config test/timing/vitest.config.ts
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
  },
})
