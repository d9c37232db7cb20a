export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  tsconfigFile: 'none.json',
  concurrency: 2,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  tempDirName: 'coverage/mutation/sandbox',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  thresholds: { high: 90, low: 80, break: 80 },
  ignorePatterns: ['docs', 'test/scenarios', 'test/corpus', 'test/lab', 'test/hosts', 'dist', 'coverage'],
}
