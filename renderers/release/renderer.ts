import type { JsonObject } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import { stop } from '../../plugin/model/problem.ts'
import type {
  DirectSource,
  InputFile,
  ReleaseSource,
  Renderer,
  Rendering,
  RepositoryView,
} from '../../plugin/model/source.ts'
import { translateApplication } from '../argocd/translate.ts'
import { translateHelmRelease } from '../flux/translate.ts'

/** Renders what an object in Git describes: first the source that holds the object, then what the object says. */
export function releaseRenderer(direct: Renderer<DirectSource>): Renderer<ReleaseSource> {
  const innerOf = async (source: ReleaseSource, view: RepositoryView): Promise<DirectSource> => {
    const { objects } = await direct.render(source.holder, view, { dyed: true })
    const inner = await translate(source, objects, view)
    if (inner !== undefined) return inner
    throw stop(
      'source.render',
      `what ${source.object.kind} ${source.object.name} renders is not in this repository`,
      {
        place: { file: source.path },
        mend: 'Vendor its chart, or name a directory of charts.',
      },
    )
  }
  return {
    inputs: async (source, view) => {
      const [holder, inner] = [
        await direct.inputs(source.holder, view),
        await direct.inputs(await innerOf(source, view), view),
      ]
      const outside =
        source.charts === undefined ? inner : inner.map((input) => asExternal(input, source.charts ?? ''))
      // What the holder and the release both read belongs to the holder.
      return [...new Map([...outside, ...holder].map((input) => [input.at, input])).values()]
    },
    render: async (source, view, options): Promise<Rendering> => {
      const { objects } = await direct.render(await innerOf(source, view), view, options)
      return { source, objects }
    },
  }
}

const asExternal = (input: InputFile, charts: string): InputFile =>
  input.at.startsWith(`${charts}/`) && input.role === 'chart-values'
    ? { ...input, role: 'external', leaf: false }
    : input

async function translate(
  source: ReleaseSource,
  objects: readonly JsonObject[],
  view: RepositoryView,
): Promise<DirectSource | undefined> {
  const { kind, name, namespace } = source.object
  const object = objects.find((one) => {
    const found = identify(one, namespace)
    return found?.kind === kind && found.name === name && found.namespace === namespace
  })
  if (object === undefined) return undefined
  return kind === 'HelmRelease'
    ? translateHelmRelease(object, objects, source)
    : translateApplication(object, source, view)
}
