import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { compareResults, comparisonTable, isRegression, readResults, tolerance } from './compare.ts'

// usage: npm run bench:compare -- MAIN OWN: compares two files with last lines of benchmarks. The table goes to the summary of the
// step where there is one. A regression is a warning, and no failure: runners differ.
const [main = '', own = ''] = process.argv.slice(2)
if (!existsSync(own)) {
  console.error('Name two files with results of benchmarks: npm run bench:compare -- MAIN OWN')
  process.exitCode = 2
} else {
  const before = existsSync(main) ? readFileSync(main, 'utf8') : ''
  const compared = compareResults(readResults(before), readResults(readFileSync(own, 'utf8')))
  const text =
    compared.length > 0
      ? `## Benchmarks\n\nRatios of processor times; less is better.\n\n${comparisonTable(compared)}`
      : 'Benchmarks: main has no results of the same size to compare with.\n'
  const summary = process.env['GITHUB_STEP_SUMMARY']
  if (summary === undefined) process.stdout.write(text)
  else appendFileSync(summary, text)
  for (const { bench, figure, main, own } of compared.filter(isRegression))
    console.log(
      `::warning title=Benchmark ${bench}::${figure} grew from ${main} to ${own}, which is more than ${tolerance * 100} %. Run \`npm run bench -- ${bench}\` on both commits.`,
    )
}
