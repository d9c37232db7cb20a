import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openWorkTree } from '../../plugin/io/work-tree.ts'
import { fieldKey } from '../../plugin/model/field.ts'
import { fieldsOf } from '../../plugin/model/manifest.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import type { Site } from '../../plugin/model/site.ts'
import { namespaceOf, type Rendering, type RepositoryView, type Source } from '../../plugin/model/source.ts'
import { readValue } from '../../plugin/model/value.ts'
import { setValues } from '../../plugin/plan/set-values.ts'
import { discoverSources } from '../../plugin/trace/sources/discover.ts'
import { renderEach } from '../../plugin/trace/sources/releases.ts'
import type { Draw } from '../fuzz/draw.ts'
import { scalarsOf } from './bare.ts'
import { bareObjects, type Ground, type Wanted, wrongIn } from './check-edit.ts'

/** What came of edits that were asked for. */
export interface EditsResult {
  readonly name: string
  readonly asked: number
  readonly made: number
  /** Those of them for which settings must allow edits of templates, or copies of lists. */
  readonly allowed: number
  readonly wrong: readonly string[]
  /** Each refusal with its reason. */
  readonly refused: readonly string[]
}

/** A repository on disk, and how it is rendered. */
export interface EditedRepository {
  readonly name: string
  readonly directory: string
  readonly renderer: Renderer
  /** Adds charts that are fetched to a view. */
  readonly mount: (view: RepositoryView) => RepositoryView
}

/**
 * Sets drawn resource values of a repository, one after the other and each from the same state, and has the bare programs
 * check each result. Only sources that the bare programs can render from the files on disk are drawn from.
 */
export async function tryEdits(
  { name, directory, renderer, mount }: EditedRepository,
  count: number,
  draw: Draw,
): Promise<EditsResult> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-edits-'))
  try {
    cpSync(directory, root, { recursive: true, verbatimSymlinks: true })
    const view = mount(openWorkTree(root))
    const sources = await discoverSources({ view, renderer })
    const { rendered } = await renderEach(sources, { view, renderer })
    const ground: Ground = { root, view, renderer, before: new Map() }
    const deployed = await withoutIncluded(rendered, ground)
    const fields = await drawnFields(deployed, { count, draw, ground })
    const results = []
    for (const wanted of fields) results.push(await tryEdit(wanted, { ground, rendered, draw }))
    return {
      name,
      asked: results.length,
      made: results.filter((one) => one.kind === 'made').length,
      allowed: results.filter((one) => one.kind === 'made' && one.isAllowed).length,
      wrong: results.flatMap((one) => (one.kind === 'wrong' ? one.texts : [])),
      refused: results.flatMap((one) => (one.kind === 'refused' ? [one.reason] : [])),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Without charts that are there for another one: their defaults are set in that one. */
async function withoutIncluded(
  rendered: readonly Rendering[],
  { renderer, view }: Ground,
): Promise<readonly Rendering[]> {
  const included = new Set<string>()
  for (const { source } of rendered)
    for (const { path, at } of await renderer.inputs(source, view).catch(() => []))
      if (path !== at && path.endsWith('/Chart.yaml')) included.add(path)
  return rendered.filter(({ source }) => source.kind !== 'helm' || !included.has(`${source.path}/Chart.yaml`))
}

interface Drawing {
  readonly count: number
  readonly draw: Draw
  readonly ground: Ground
}

/** Fields of workloads, each source as likely as any other, however many fields it has. */
async function drawnFields(rendered: readonly Rendering[], { count, draw, ground }: Drawing) {
  const drawn = new Map<string, Wanted>()
  const usable = new Map<string, Promise<boolean>>()
  for (let tries = 0; drawn.size < count && tries < count * 20 && rendered.length > 0; tries += 1) {
    const rendering = draw.one(rendered)
    const wanted = wantedOf(rendering)
    if (wanted.length === 0) continue
    const one = draw.one(wanted)
    const check = usable.get(one.source.id) ?? isUsable(rendering, ground)
    usable.set(one.source.id, check)
    if (await check) drawn.set(`${one.source.id} ${fieldKey(one)}`, one)
  }
  return [...drawn.values()]
}

/** Whether the bare programs render the same values as Tortoise does. */
async function isUsable({ source, objects }: Rendering, ground: Ground): Promise<boolean> {
  const bare = await bareObjects(source, ground)
  if (bare === undefined) return false
  const own = resourcesOf(scalarsOf(objects))
  return own.length > 0 && own.join('\n') === resourcesOf(scalarsOf(bare)).join('\n')
}

const resourcesOf = (scalars: ReadonlyMap<string, string>): readonly string[] =>
  [...scalars]
    .filter(([key]) => /\.resources\.(requests|limits)\./.test(key))
    .map(([key, value]) => `${key.replace(/^([^/]*)\/[^/]*\//, '$1/')} ${value}`)
    .sort()

function wantedOf({ source, objects }: Rendering): readonly Wanted[] {
  return fieldsOf(objects, namespaceOf(source)).flatMap(({ workload, container, field, value }) => {
    const to = /^(requests|limits)\.(cpu|memory)$/.test(field) ? another(field, value) : undefined
    return to === undefined || container === undefined ? [] : [{ source, workload, container, field, to }]
  })
}

/** Requests become smaller and limits larger, so that the API server accepts them. */
function another(field: Wanted['field'], value: string): string | undefined {
  const [unit, suffix] = field.endsWith('cpu') ? [1, 'm'] : [1024 ** 2, 'Mi']
  const now = (readValue(field, value) ?? 0) / unit
  const to = field.startsWith('limits') ? Math.ceil(now * 1.1) + 1 : Math.floor(now * 0.9)
  return now > 0 && to > 0 ? `${to}${suffix}` : undefined
}

interface EditPorts {
  readonly ground: Ground
  readonly rendered: readonly Rendering[]
  readonly draw: Draw
}

type Tried =
  | { readonly kind: 'made'; readonly isAllowed: boolean }
  | { readonly kind: 'wrong'; readonly texts: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }

async function tryEdit(wanted: Wanted, { ground, rendered, draw }: EditPorts): Promise<Tried> {
  const { view, renderer } = ground
  const { source, ...address } = wanted
  const named = rendered.map((one) => one.source)
  const ports = {
    view,
    renderer,
    progress: () => {},
    allowShared: false,
    allowTemplates: true,
    copyLists: true,
  }
  const { proposal, skipped } = await setValues(
    [{ ...address, source: source.id }],
    { named, rendered: rendered.filter((one) => one.source.id === source.id) },
    ports,
  )
  const shown = `${source.id} ${wanted.workload.kind}/${wanted.workload.name} ${fieldKey(address)}`
  if (proposal === undefined) return { kind: 'refused', reason: `${shown}: ${skipped[0]?.reason}` }
  const read = await readersOf(
    proposal.edits.map(({ file }) => file),
    named,
    ground,
  )
  const others = [1, 2, 3].map(() => draw.one(named))
  const checked = [...new Map([source, ...read, ...others].map((one) => [one.id, one])).values()]
  const texts = await wrongIn([wanted], { edits: proposal.edits, sources: checked }, ground)
  const isAllowed = proposal.changes.some(({ site }) => needsPermission(site))
  return texts.length === 0 ? { kind: 'made', isAllowed } : { kind: 'wrong', texts: [shown, ...texts] }
}

/** Whether settings must allow an edit. */
const needsPermission = (site: Site): boolean =>
  site.file.includes('/templates/') || (site.kind === 'insert' && site.copied !== undefined)

/** The sources that read one of some files. */
async function readersOf(
  files: readonly string[],
  sources: readonly Source[],
  { renderer, view }: Ground,
): Promise<readonly Source[]> {
  const read = await Promise.all(
    sources.map(async (source) => {
      const inputs = await renderer.inputs(source, view).catch(() => [])
      return inputs.some(({ path }) => files.includes(path))
    }),
  )
  return sources.filter((_, index) => read[index])
}

/** A refusal without the names that it is about, so that refusals for one cause are counted together. */
export const refusalClass = (reason: string): string =>
  reason
    .replace(/^.*?: (?=[^:]*$|[a-z ]+)/s, '')
    .replace(/[\w.*-]*[./][\w./*-]+(:\d+)*/g, '…')
    .replace(/\b(?=\w*[\d-])[\w-]+\b/g, '…')
    .slice(0, 160)
