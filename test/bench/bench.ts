import { cases } from './cases.ts'

/** `npm run bench -- NAME`: runs one benchmark and ends with one line of JSON. */
const [name = ''] = process.argv.slice(2)
const run = cases[name]
if (run === undefined) {
  process.stderr.write(
    `There is no benchmark ${name || '(none named)'}. Benchmarks: ${Object.keys(cases).join(', ')}.\n`,
  )
  process.exitCode = 2
} else {
  const figures = await run()
  process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`)
}
