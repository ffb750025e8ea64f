import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: 'programs/example.mjs',
    // The table of `faults.test.ts` is printed without decoration.
    disableConsoleIntercept: true,
    testTimeout: process.env['FULL'] === '1' ? 300_000 : 60_000,
    // RabbitMQ takes up to a minute to start on a busy machine.
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
