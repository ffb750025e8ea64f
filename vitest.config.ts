import { defineConfig } from 'vitest/config'

export default defineConfig({
  define: { VERSION: '"0.0.0"' },
  test: {
    include: ['test/unit/**/*.test.ts', 'test/vectors/**/*.test.ts'],
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text'],
      thresholds: { lines: 98, branches: 95 },
    },
  },
})
