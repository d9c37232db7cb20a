import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/lab/setup.ts'],
    // Generous, so that a machine with many other programs at work passes too.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    maxConcurrency: 3,
  },
})
