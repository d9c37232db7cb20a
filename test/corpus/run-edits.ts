import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openWorkTree } from '../../plugin/io/work-tree.ts'
import { workloadsOf } from '../../plugin/model/manifest.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import { namespaceOf } from '../../plugin/model/source.ts'
import { setValues } from '../../plugin/plan/set-values.ts'
import { identifySource } from '../../plugin/trace/sources/identify.ts'
import { renderEach, renderReleases } from '../../plugin/trace/sources/releases.ts'
import { drawFrom } from '../fuzz/draw.ts'
import { writeAppOfApps } from './app-of-apps.ts'
import { type Wanted, wrongIn } from './check-edit.ts'
import { type EditedRepository, type EditsResult, refusalClass, tryEdits } from './edits.ts'

/** What to try. */
export interface EditsRun {
  /** A folder whose sub-folders are repositories; absent for the generated one alone. */
  readonly root?: string
  readonly renderer: Renderer
  readonly mount: EditedRepository['mount']
  readonly count: number
  readonly seed: number
}

/** Sets drawn values in repositories and in a generated app-of-apps; returns false when an edit is wrong. */
export async function runEdits({ root, renderer, mount, count, seed }: EditsRun): Promise<boolean> {
  const results: EditsResult[] = []
  const report = (result: EditsResult): void => {
    results.push(result)
    process.stdout.write(shown(result))
  }
  const names = root === undefined ? [] : repositoriesBelow(root)
  let left = count
  for (const [index, name] of names.entries()) {
    const quota = Math.ceil(left / (names.length - index))
    const draw = drawFrom(seed + index)
    const result = await tryEdits({ name, directory: join(root ?? '', name), renderer, mount }, quota, draw)
    left -= result.asked
    report(result)
  }
  const parent = await tryAppOfApps(renderer, seed)
  process.stdout.write(shown(parent))
  const sum = (pick: (one: EditsResult) => number): number =>
    results.reduce((total, one) => total + pick(one), 0)
  const wrong = sum((one) => one.wrong.length) + parent.wrong.length
  for (const [text, times] of classes([...results, parent].flatMap(({ refused }) => refused)))
    process.stdout.write(`  refused ${times} × ${text}\n`)
  const [asked, made, allowed] = [sum((one) => one.asked), sum((one) => one.made), sum((one) => one.allowed)]
  process.stdout.write(
    `${JSON.stringify({ corpus: 'edits', asked, made, allowed, wrong, appOfApps: `${parent.made} of ${parent.asked}` })}\n`,
  )
  return wrong === 0
}

/** Small ones first: what they have too few values for is drawn from larger ones. */
function repositoriesBelow(root: string): readonly string[] {
  const size = (name: string): number => readdirSync(join(root, name), { recursive: true }).length
  return readdirSync(root)
    .filter((name) => statSync(join(root, name)).isDirectory())
    .map((name) => ({ name, files: size(name) }))
    .sort((one, other) => one.files - other.files)
    .map(({ name }) => name)
}

function shown({ name, asked, made, wrong, refused }: EditsResult): string {
  return [
    `${name}: ${made} of ${asked} made, ${wrong.length} wrong`,
    ...wrong.map((one) => `  WRONG ${one}`),
    ...refused.map((one) => `  refused ${one}`),
    '',
  ].join('\n')
}

function classes(reasons: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(refusalClass(reason), (counts.get(refusalClass(reason)) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one)
}

const perEnvironment = 200
const editsEach = 20

/** 60 values of 60 applications of a parent with 200 applications in each of three environments, in one run. */
async function tryAppOfApps(renderer: Renderer, seed: number): Promise<EditsResult> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-edits-'))
  try {
    writeAppOfApps(root, perEnvironment)
    const view = openWorkTree(root)
    const ports = { view, renderer, progress: () => {}, allowShared: false }
    const roots = await Promise.all(
      ['dev', 'staging', 'prod'].map((one) => identifySource({ path: `clusters/${one}/root.yaml` }, ports)),
    )
    const own = await renderEach(roots, ports)
    const { rendered } = await renderReleases(own.rendered, ports)
    const draw = drawFrom(seed)
    const wanted: Wanted[] = []
    for (const environment of ['dev', 'staging', 'prod'])
      while (wanted.filter(({ workload }) => workload.namespace === environment).length < editsEach) {
        const { source, objects } = draw.one(rendered)
        const [found] = workloadsOf(objects, namespaceOf(source))
        if (found?.workload.namespace !== environment || wanted.some((one) => one.source.id === source.id))
          continue
        wanted.push({ source, workload: found.workload, container: 'app', field: 'requests.cpu', to: '333m' })
      }
    const all = [...own.rendered, ...rendered]
    const known = { named: all.map(({ source }) => source), rendered: all }
    const { proposal, skipped } = await setValues(
      wanted.map(({ source, ...one }) => ({ ...one, source: source.id })),
      known,
      ports,
    )
    const refused = skipped.map(({ workload, reason }) => `${workload}: ${reason}`)
    const made = wanted.filter((one) =>
      proposal?.changes.some(
        ({ workload }) =>
          workload.name === one.workload.name && workload.namespace === one.workload.namespace,
      ),
    )
    const some = Array.from({ length: 30 }, () => draw.one(known.named))
    const sources = [
      ...new Map(
        [...roots, ...made.map(({ source }) => source), ...some].map((one) => [one.id, one]),
      ).values(),
    ]
    const wrong = await wrongIn(
      made,
      { edits: proposal?.edits ?? [], sources },
      { root, view, renderer, before: new Map() },
    )
    return {
      name: 'generated app-of-apps',
      asked: wanted.length,
      made: made.length,
      allowed: 0,
      wrong,
      refused,
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
