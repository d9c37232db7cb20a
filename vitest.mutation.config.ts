import { defineConfig } from 'vitest/config'

/** The tests that mutants run against: fast, in memory, with no programs and no servers. */
export default defineConfig({
  test: {
    include: [
      'test/unit/{edit,prove,trace,yaml}/**/*.test.ts',
      'test/unit/recommend/profiles/steady/**/*.test.ts',
    ],
    // Properties run hundreds of cases: too slow to be run against each mutant.
    exclude: ['**/*-properties.test.ts'],
    testTimeout: 60_000,
  },
})
