import { stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { RenderedKind, Renderer, RenderOptions, SourceRenderer } from '../../plugin/model/renderer.ts'
import type { Rollout } from '../../plugin/model/rollout.ts'
import type { InputFile, ReleaseSource, RepositoryView, Source } from '../../plugin/model/source.ts'
import { sourceChain } from '../../plugin/model/source.ts'
import { substituteVariables } from '../flux/substitute.ts'
import type { DeclaringKind, DeclaringPorts, Translation } from './declaring-kind.ts'

/** What rendering a release needs. */
export interface ReleasePorts {
  /** Renders sources of every kind, releases included. */
  readonly whole: SourceRenderer
  readonly kindOf: (source: Source) => RenderedKind
  readonly declaring: readonly DeclaringKind[]
  readonly portsFor: (view: RepositoryView) => DeclaringPorts
}

/** Sources that objects in Git declare: first the source that holds the object is rendered, then what the object says. */
export function releaseKind(ports: ReleasePorts): RenderedKind<ReleaseSource> & Pick<Renderer, 'parts'> {
  const { whole } = ports
  return {
    name: 'release',
    overrides: ['values', 'patch'],
    rollOutKey: ({ declaredBy: { kind, namespace, name, generated = '' }, declaredIn, declaredFrom }) =>
      [kind, namespace, name, generated, originKey(declaredFrom ?? declaredIn, ports)].join('\0'),
    inputs: (source, view) => releaseInputs(source, view, ports),
    render: async (source, view, options) => {
      const { parts, missing = [], rollouts, ...rest } = await translate(source, view, ports)
      const rendered = await Promise.all(parts.map((part) => whole.render(part, view, options)))
      const all = rendered.flatMap((one) => one.objects)
      const objects = await finish(all, rest, { source, view, ports, options })
      return { source, parts, objects, rollouts, ...(missing.length === 0 ? {} : { missing }) }
    },
    parts: async (source, view) => {
      try {
        return (await translate(source, view, ports)).parts
      } catch (error) {
        if (error instanceof ExpectedStop) return []
        throw error
      }
    },
  }
}

/**
 * What a declaring object is rendered from: a chart with other values declares other objects, even where they have the same
 * names, since it is rolled out to another cluster. A kustomization or directory is the same whatever applies it.
 */
const originKey = (source: Source, { kindOf }: ReleasePorts): string =>
  JSON.stringify([
    source.path,
    source.declaredIn === undefined ? kindOf(source).rollOutKey(source) : '',
    'inlineValues' in source ? source.inlineValues : [],
  ])

async function releaseInputs(
  source: ReleaseSource,
  view: RepositoryView,
  ports: ReleasePorts,
): Promise<readonly InputFile[]> {
  const { whole } = ports
  const outer = await whole.inputs(source.declaredIn, view)
  const { parts, files = [] } = await translate(source, view, ports)
  const read = await Promise.all(parts.map((part) => whole.inputs(part, view)))
  const inner = [...read.flat(), ...files]
  const { charts } = source
  const own = charts === undefined ? inner : inner.map((input) => asExternal(input, charts))
  // A file that both read counts as one of the declaring source.
  const rendered = new Set(own.filter(({ levelsUp }) => levelsUp === undefined).map(({ at }) => at))
  const above = outer.map(({ isRendered: _, ...input }) => ({
    ...input,
    levelsUp: (input.levelsUp ?? 0) + 1,
    ...(rendered.has(input.at) ? { isRendered: true as const } : {}),
  }))
  const all = [...own, ...above]
  return [...new Map(all.map((input) => [input.at, input])).values()]
}

/** What the object of a release says, in a view of the repository. Rejects with `source.render` when that is not in it. */
async function translate(
  source: ReleaseSource,
  view: RepositoryView,
  { whole, declaring, portsFor }: ReleasePorts,
): Promise<Translation & { readonly rollouts: readonly Rollout[] }> {
  const chain = sourceChain(source.declaredIn)
  const renderings = await Promise.all(chain.map((one) => whole.render(one, view, { marked: true })))
  const [{ objects, rollouts = [] } = { objects: [] }, ...outer] = renderings.toReversed()
  const around = outer.flatMap((one) => one.objects)
  const base = async () => (await whole.render(source.declaredIn, view.origin, { marked: true })).objects
  const kind = declaring.find((one) => one.kind === source.declaredBy.kind)
  const translation = await kind?.translate({ ...portsFor(view), source, objects, base, around })
  if (translation !== undefined)
    return { ...translation, rollouts: [...rollouts, ...(translation.rollout ? [translation.rollout] : [])] }
  throw stop('source.render', `the chart or path of ${nameOf(source)} is not in this repository`, {
    place: { file: source.path },
    hint: 'Vendor the chart, or name a directory with charts: --charts DIR.',
  })
}

const nameOf = ({ declaredBy: { kind, name, generated } }: ReleaseSource): string =>
  generated === undefined ? `${kind} ${name}` : `Application ${generated} of ApplicationSet ${name}`

const asExternal = (input: InputFile, charts: string): InputFile =>
  input.path.startsWith(`${charts}/`) && input.role === 'chart-values'
    ? { ...input, role: 'external', topLayer: false }
    : input

interface Finishing {
  readonly source: ReleaseSource
  readonly view: RepositoryView
  readonly ports: ReleasePorts
  readonly options: RenderOptions | undefined
}

/** Applies what comes after the rendering: a post-renderer's kustomization, then variables. */
async function finish(
  objects: readonly JsonObject[],
  { postRender, variables }: Pick<Translation, 'postRender' | 'variables'>,
  { source, view, ports, options }: Finishing,
): Promise<readonly JsonObject[]> {
  if (postRender === undefined) return substituted(objects, variables)
  const files = new Map([
    // As JSON, since parsers of YAML disagree on folded lines.
    [`${stage}/all.yaml`, objects.map((object) => JSON.stringify(object)).join('\n---\n')],
    [`${stage}/kustomization.yaml`, stringify({ resources: ['all.yaml'], ...postRender })],
  ])
  const part: Source = { kind: 'kustomize', id: source.id, path: stage }
  // Not through the cache by view, which reads inputs from the view without these files.
  const result = await ports.kindOf(part).render(part, view.with(files), options)
  return substituted(result.objects, variables)
}

const stage = '.tortoise-post-render'

const substituted = (
  objects: readonly JsonObject[],
  variables: ReadonlyMap<string, string> | undefined,
): readonly JsonObject[] =>
  variables === undefined ? objects : objects.map((object) => substituteVariables(object, variables))
