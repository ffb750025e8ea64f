import { defineConfig } from 'vitest/config'

// From the root: npx vitest run --config test/structure/vitest.config.ts
export default defineConfig({
  test: { root: import.meta.dirname, include: ['*.test.ts'], testTimeout: 60_000 },
})
