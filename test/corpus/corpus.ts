import { existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { createPrograms } from '../../plugin/io/programs.ts'
import { openWorkTree } from '../../plugin/io/work-tree.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import { programDirectory } from '../lab/programs.mjs'
import { type RepositoryResult, tryRepository } from './repository.ts'

/**
 * `npm run corpus -- DIR`: discovers and traces everything in every repository below DIR that renders offline, and
 * proves a sample of the answers by real edits. Ends with one line of JSON.
 */
const [given] = process.argv.slice(2)
if (given === undefined || !existsSync(given)) {
  process.stderr.write('usage: npm run corpus -- DIR, a folder whose sub-folders are repositories\n')
  process.exit(2)
}
const root = resolve(given)
const searchPath = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
const renderer = createRenderer({ programs: createPrograms({}, searchPath) })

const results: RepositoryResult[] = []
for (const name of readdirSync(root).sort()) {
  if (!statSync(join(root, name)).isDirectory()) continue
  const result = await tryRepository({ name, view: openWorkTree(join(root, name)), renderer })
  results.push(result)
  process.stdout.write(`${line(result)}\n`)
}
const sum = (pick: (one: RepositoryResult) => number): number =>
  results.reduce((total, one) => total + pick(one), 0)
process.stdout.write(
  `${JSON.stringify({
    corpus: results.length,
    sources: sum(({ sources }) => sources),
    rendered: sum(({ rendered }) => rendered),
    fields: sum(({ fields }) => fields),
    traced: sum(({ traced }) => traced),
    proved: sum(({ proved }) => proved),
    wrong: sum(({ wrong }) => wrong.length),
    seconds: Math.round(sum(({ seconds }) => seconds)),
  })}\n`,
)

function line({
  name,
  sources,
  rendered,
  fields,
  traced,
  proved,
  wrong,
  refused,
  seconds,
}: RepositoryResult): string {
  const reasons = [...refused].map(([reason, count]) => `\n    ${count} × ${reason}`).join('')
  const mistakes = wrong.map((one) => `\n    WRONG ${one}`).join('')
  return `${name}: ${rendered} of ${sources} sources render, ${traced} of ${fields} fields traced, ${proved} proved by edits, ${wrong.length} wrong, ${seconds.toFixed(0)} s${reasons}${mistakes}`
}
