import { posix } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { fieldKey } from '../../../plugin/model/field.ts'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import type { ManifestField } from '../../../plugin/model/manifest.ts'
import type { Renderer } from '../../../plugin/model/renderer.ts'
import type { Site, Trace } from '../../../plugin/model/site.ts'
import type { ReleaseSource, RepositoryView, Source } from '../../../plugin/model/source.ts'
import type { FieldOrigin } from '../../../plugin/trace/dye/render-marked.ts'
import type { TracedSource } from '../../../plugin/trace/dye/trace-source.ts'
import { traceSource } from '../../../plugin/trace/dye/trace-source.ts'
import { resolveTraces, traceContext } from '../../../plugin/trace/resolve.ts'
import { filesOf } from '../../../plugin/trace/sources/source-files.ts'
import { plain } from '../../../renderers/plain/kind.ts'
import { createRenderer } from '../../../renderers/renderers.ts'
import { memoryView } from '../memory-view.ts'
import { chart } from './chart.ts'
import { deploy, deployList } from './deploy.ts'
import type { Log } from './log.ts'
import { stack } from './stack.ts'

/** One call of a renderer: the source and the files that differ from the repository. */
export interface Call {
  readonly source: string
  readonly edited: readonly string[]
  readonly marked: boolean
}

/** What a test traces with. */
export interface World {
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** Renderings so far, in order. */
  readonly calls: Call[]
}

/**
 * A repository in memory with the kinds of this folder: charts and stacks of manifests, and objects of kind `Deploy`
 * that declare either. They are rendered by the same code as real kinds, without any program. Other files are plain manifests.
 */
export function world(files: Readonly<Record<string, string>>): World {
  const view = memoryView(files)
  const calls: Call[] = []
  const log: Log = async (source, used, options) => {
    const texts = await Promise.all(
      Object.keys(files).map(async (path) => [path, (await used.read(path))?.text] as const),
    )
    const edited = texts.flatMap(([path, text]) => (text === textAt(path) ? [] : [path]))
    calls.push({ source: source.id, edited, marked: options?.marked === true })
  }
  const textAt = (path: string): string | undefined => {
    const target = /^-> (.*)$/.exec(files[path] ?? '')?.[1]
    return target === undefined ? files[path] : textAt(posix.join(posix.dirname(path), target))
  }
  const renderer = createRenderer({} as never, {
    kinds: [() => chart(log), () => stack(log), plain],
    declaring: [deploy, deployList],
  })
  return { view, renderer, calls }
}

/** A chart at a path, with values files. */
export const chartSource = (
  path: string,
  more: Partial<Source> & { readonly values?: readonly string[] } = {},
) => ({
  kind: 'chart',
  id: path,
  path,
  ...more,
})

/** A stack of manifests at a path. */
export const stackSource = (path: string, more: Partial<Source> = {}) => ({
  kind: 'stack',
  id: path,
  path,
  ...more,
})

/** A file of manifests. */
export const fileSource = (path: string): Source => ({ kind: 'plain', id: path, path })

/** Traces a source of a world. */
export const traceIn = ({ view, renderer }: World, source: Source): Promise<TracedSource> =>
  traceSource(source, { view, renderer })

/** `container field` of a field, without a container its field alone. */
export const label = ({ container, field }: Pick<ManifestField, 'container' | 'field'>): string =>
  [container, field].filter((part) => part !== undefined).join(' ')

/** Where each field of a traced source comes from, as a short text: `file:line text`, with affixes round it. */
export const originsOf = ({ fields, origins }: TracedSource): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fields.map((field) => [`${field.workload.name} ${label(field)}`, printed(origins.get(fieldKey(field)))]),
  )

function printed(origin: FieldOrigin | undefined): string {
  if (origin === undefined || origin.kind === 'unknown') return 'unknown'
  const place = ({ file, line, text }: { file: string; line: number; text: string }) =>
    `${file}:${line} ${text}`
  if (origin.kind === 'computed')
    return origin.from === undefined ? 'computed' : `computed from ${place(origin.from)}`
  const { candidate, affix } = origin
  return affix === undefined
    ? place(candidate)
    : `${place(candidate)} between ${JSON.stringify([affix.before, affix.after])}`
}

/** The objects of a YAML text. */
export const objectsIn = (text: string): readonly JsonObject[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Json)
    .filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one))

/** A Deployment with a container `app` as YAML text. */
export const deployment = (name: string, container: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - name: app
          image: app
${container
  .trim()
  .split('\n')
  .map((line) => `          ${line}\n`)
  .join('')}`

/** What is resolved beside the traced sources. */
interface Around {
  readonly allowShared?: boolean
  readonly explains?: boolean
  /** Sources that read files too and cannot be traced. */
  readonly untraced?: readonly Source[]
}

/** The traces of every field of the first source, with all of them traced; by `name container field`. */
export async function resolveIn(
  made: World,
  [first, ...others]: readonly [Source, ...Source[]],
  { allowShared = false, explains = false, untraced = [] }: Around = {},
): Promise<Readonly<Record<string, Trace>>> {
  const own = await traceIn(made, first)
  const traced = [own, ...(await Promise.all(others.map((source) => traceIn(made, source))))]
  const files = (sources: readonly Source[]) => Promise.all(sources.map((source) => filesOf(source, made)))
  const context = traceContext(traced, {
    sharers: await files([first, ...others]),
    untraced: await files(untraced),
    rest: { view: made.view, renderer: made.renderer, policy: { allowShared }, explains },
  })
  const traces = await resolveTraces(own, own.fields, context)
  return Object.fromEntries(traces.map((trace) => [`${trace.workload.name} ${label(trace)}`, trace]))
}

/** A site as a short text: `file:line path`. */
export const siteText = (site: Site | null): string | null =>
  site === null ? null : `${site.kind} ${site.file}:${site.line} ${site.path.join('.')}`

/** What a trace answers, as short texts. */
export const answerOf = ({ site, override, chosen }: Trace) => ({
  site: siteText(site),
  override: siteText(override),
  chosen,
})

/** The releases that a source declares. */
export async function releasesOf(
  { renderer, view }: World,
  source: Source,
): Promise<readonly ReleaseSource[]> {
  return renderer.declared(await renderer.render(source, view), view)
}
