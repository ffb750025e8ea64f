import { defineConfig } from 'vitest/config'

// From the root, after a build: npx vitest run --config test/hosts/vitest.config.ts [nextjs]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    // Each host has a folder. The test of a slow one is in `slow.test.ts`, which only the full version runs.
    include: ['*/host.test.ts', ...(process.env['FULL'] ? ['*/slow.test.ts'] : [])],
    globalSetup: './packed.ts',
    restoreMocks: true,
    testTimeout: 60_000,
    // Long enough to install and build a framework.
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
