import { appendFileSync, existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createPrograms } from '../../plugin/io/programs.ts'
import { openWorkTree } from '../../plugin/io/work-tree.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import { programDirectory } from '../lab/programs.mjs'
import { firstHour } from './first-hour.ts'
import { type KindResult, type RepositoryResult, tryRepository } from './repository.ts'
import { runEdits } from './run-edits.ts'
import { serveChartsOf } from './served-charts.ts'

/**
 * `npm run corpus -- --edits [DIR] [--count N] [--seed N]`: sets drawn values in the repositories below DIR and in a generated
 * app-of-apps, and the bare programs check what changes. Ends with one line of JSON, and with 1 when an edit is wrong.
 *
 * `npm run corpus -- --first-hour DIR`: what `init` and `plan` find in each repository below DIR, a line of JSON each.
 *
 * `npm run corpus -- DIR [--charts DIR] [--sample N] [--proved FILE]`: discovers and traces everything in every repository below DIR, and proves a sample
 * of the answers by real edits. Charts come from the packed charts below `--charts`, which loopback servers serve; nothing
 * else is fetched. `--proved` writes the proved edits as lines of JSON. Ends with one line of JSON.
 */
const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    charts: { type: 'string' },
    sample: { type: 'string', default: '25' },
    proved: { type: 'string' },
    edits: { type: 'boolean', default: false },
    'first-hour': { type: 'boolean', default: false },
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const [given] = positionals
if ((given === undefined && !flags.edits) || (given !== undefined && !existsSync(given))) {
  process.stderr.write(
    'usage: npm run corpus -- DIR [--charts DIR] [--sample N] [--proved FILE], --first-hour DIR, or --edits [DIR] [--count N] [--seed N]; DIR is a folder whose sub-folders are repositories\n',
  )
  process.exit(2)
}
const root = resolve(given ?? '.')
const searchPath = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
const programs = createPrograms({}, searchPath)
const served = flags.charts === undefined ? undefined : await serveChartsOf(resolve(flags.charts), programs)
const renderer = createRenderer({ programs, ...(served === undefined ? {} : { store: served.store }) })

if (flags.edits) {
  const mount = (view: RepositoryView) => served?.store.mount(view) ?? view
  const [count, seed] = [Number(flags.count), Number(flags.seed)]
  const isRight = await runEdits({ ...(given === undefined ? {} : { root }), renderer, mount, count, seed })
  process.exit(isRight ? 0 : 1)
}

if (flags['first-hour']) {
  const env = { ...process.env, PATH: searchPath }
  for (const name of readdirSync(root).sort()) {
    if (!statSync(join(root, name)).isDirectory()) continue
    const one = await firstHour(join(root, name), { renderer, env })
    process.stdout.write(`${JSON.stringify(one)}\n`)
  }
  await served?.close()
  process.exit(0)
}

const results: RepositoryResult[] = []
for (const name of readdirSync(root).sort()) {
  if (!statSync(join(root, name)).isDirectory()) continue
  const view = openWorkTree(join(root, name))
  const result = await tryRepository({
    name,
    view: served?.store.mount(view) ?? view,
    renderer,
    sampleSize: Number(flags.sample),
  })
  results.push(result)
  if (flags.proved !== undefined)
    for (const { changes, edits } of result.proposals)
      appendFileSync(flags.proved, `${JSON.stringify({ repository: name, changes, edits })}\n`)
  process.stdout.write(`${report(result)}\n`)
}
await served?.close()
const sum = (pick: (one: RepositoryResult) => number): number =>
  results.reduce((total, one) => total + pick(one), 0)
process.stdout.write(
  `${JSON.stringify({
    corpus: results.length,
    sources: sum(({ sources }) => sources),
    rendered: sum(({ rendered }) => rendered),
    fields: sum(({ fields }) => fields),
    answered: sum(({ answered }) => answered),
    traced: sum(({ traced }) => traced),
    proved: sum(({ proved }) => proved),
    wrong: sum(({ wrong }) => wrong.length),
    seconds: Math.round(sum(({ seconds }) => seconds)),
  })}\n`,
)

function report(result: RepositoryResult): string {
  const { name, sources, rendered, fields, answered, traced, proved, wrong, seconds } = result
  const head = `${name}: ${rendered} of ${sources} sources render, ${answered} of ${fields} fields have an answer, ${traced} a source line, ${proved} answers proved by edits, ${wrong.length} wrong, ${seconds.toFixed(0)} s`
  const list = (title: string, counts: ReadonlyMap<string, number>): readonly string[] =>
    [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([text, count]) => `${title} ${count} × ${text}`)
  return [
    head,
    ...[...result.kinds].map(([kind, one]) => `  ${kind}: ${shown(one)}`),
    ...list('  not rendered:', result.unrendered),
    ...list('  no answer:', result.refused),
    ...list('  refuted:', result.refuted),
    ...wrong.map((one) => `  WRONG ${one}`),
  ].join('\n')
}

function shown({ sources, fields, answered }: KindResult): string {
  return `${sources} rendered, ${answered} of ${fields} fields have an answer`
}
