// Nothing is left out by a setting: texts of messages are mutants too, and count like any other.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  // Stryker rewrites a tsconfig with TypeScript's old interface, which version 7 has no more; the tests need no rewriting.
  tsconfigFile: 'none.json',
  concurrency: 2,
  tempDirName: 'coverage/mutation/sandbox',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false },
  jsonReporter: { fileName: process.env['MUTATION_REPORT'] ?? 'coverage/mutation/report.json' },
  thresholds: { high: 90, low: 80, break: 80 },
  mutate: [
    'plugin/edit/**/*.ts',
    'plugin/prove/**/*.ts',
    'plugin/trace/**/*.ts',
    'plugin/recommend/profiles/steady/**/*.ts',
  ],
  ignorePatterns: ['docs', 'test/scenarios', 'test/corpus', 'test/lab', 'test/hosts', 'dist', 'coverage'],
}
