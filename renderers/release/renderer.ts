import { stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type {
  DirectSource,
  InputFile,
  KindRenderer,
  ReleaseSource,
  RenderOptions,
  RepositoryView,
  Source,
} from '../../plugin/model/source.ts'
import { substituteVariables } from '../flux/substitute.ts'
import type { Translated } from './declaration.ts'
import { declarations } from './declared.ts'

/** What the object of a release says, in a view of the repository. Stops when that is not in it. */
export async function translateRelease(
  source: ReleaseSource,
  view: RepositoryView,
  whole: KindRenderer<Source>,
): Promise<Translated> {
  const { objects } = await whole.render(source.holder, view, { dyed: true })
  const translated = await declarations[source.object.kind].translate({ source, objects, view })
  if (translated !== undefined) return translated
  throw stop('source.render', `what ${nameOf(source)} renders is not in this repository`, {
    place: { file: source.path },
    hint: 'Vendor its chart, or name a directory of charts.',
  })
}

/** Renders what an object in Git describes: first the source that holds the object, then what the object says. */
export function releaseRenderer(
  direct: KindRenderer<DirectSource>,
  whole: () => KindRenderer<Source>,
): KindRenderer<ReleaseSource> {
  return {
    inputs: async (source, view) => {
      const holder = await whole().inputs(source.holder, view)
      const { parts } = await translateRelease(source, view, whole())
      const inner = (await Promise.all(parts.map((part) => whole().inputs(part, view)))).flat()
      const { charts } = source
      const outside = charts === undefined ? inner : inner.map((input) => asExternal(input, charts))
      // What the holder and the release both read belongs to the holder.
      const all = [...outside, ...holder.map((input) => ({ ...input, above: (input.above ?? 0) + 1 }))]
      return [...new Map(all.map((input) => [input.at, input])).values()]
    },
    render: async (source, view, options) => {
      const { parts, ...rest } = await translateRelease(source, view, whole())
      const rendered = await Promise.all(parts.map((part) => whole().render(part, view, options)))
      const objects = rendered.flatMap((one) => one.objects)
      return { source, parts, objects: await finish(objects, rest, { source, view, direct, options }) }
    },
  }
}

const nameOf = ({ object }: ReleaseSource): string =>
  object.generated === undefined
    ? `${object.kind} ${object.name}`
    : `Application ${object.generated} of ApplicationSet ${object.name}`

const asExternal = (input: InputFile, charts: string): InputFile =>
  input.path.startsWith(`${charts}/`) && input.role === 'chart-values'
    ? { ...input, role: 'external', leaf: false }
    : input

interface Finishing {
  readonly source: ReleaseSource
  readonly view: RepositoryView
  readonly direct: KindRenderer<DirectSource>
  readonly options: RenderOptions | undefined
}

/** What comes after the rendering: a post-renderer's kustomization, then variables. */
async function finish(
  objects: readonly JsonObject[],
  { postRender, variables }: Omit<Translated, 'parts'>,
  { source, view, direct, options }: Finishing,
): Promise<readonly JsonObject[]> {
  if (postRender !== undefined) {
    const files = new Map([
      [`${stage}/all.yaml`, objects.map((object) => stringify(object)).join('---\n')],
      [`${stage}/kustomization.yaml`, stringify({ resources: ['all.yaml'], ...postRender })],
    ])
    const part: DirectSource = { kind: 'kustomize', id: source.id, path: stage }
    const result = await direct.render(part, view.with(files), options)
    return variables === undefined ? result.objects : substituted(result.objects, variables)
  }
  return variables === undefined ? objects : substituted(objects, variables)
}

const stage = '.tortoise-post-render'

const substituted = (
  objects: readonly JsonObject[],
  variables: ReadonlyMap<string, string>,
): readonly JsonObject[] => objects.map((object) => substituteVariables(object, variables))
