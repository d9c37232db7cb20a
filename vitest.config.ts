import { defineConfig } from 'vitest/config'

const loop = 'test/hosts/loop*.test.ts'

export default defineConfig({
  test: {
    // Generous, so that a machine with many other programs at work passes too.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    maxConcurrency: 3,
    globalSetup: ['test/lab/setup.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'tests', include: ['test/**/*.test.ts'], exclude: [loop, '**/node_modules/**'] },
      },
      {
        extends: true,
        // Each has a control plane and counts seconds: one at a time, after the others. One that fails is run once more, and the
        // report says so: a dozen real programs share the machine with whatever else runs on it.
        test: { name: 'loop', include: [loop], maxWorkers: 1, sequence: { groupOrder: 1 }, retry: 1 },
      },
    ],
  },
})
