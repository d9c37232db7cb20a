import { ExpectedStop } from '../plugin/model/problem.ts'
import type { DirectSource, KindRenderer, Renderer, Source } from '../plugin/model/source.ts'
import { cachedRenderer } from './cache.ts'
import { helmRenderer } from './helm/renderer.ts'
import { kustomizeRenderer } from './kustomize/renderer.ts'
import { memoised } from './memo.ts'
import { plainRenderer } from './plain/renderer.ts'
import type { RendererPorts } from './ports.ts'
import { declared, mayDeclare } from './release/declared.ts'
import { releaseRenderer, translateRelease } from './release/renderer.ts'

type RenderersOf<S extends Source> = { readonly [K in S['kind']]: KindRenderer<Extract<S, { kind: K }>> }

/** One renderer for sources of every kind. A kind without its folder here does not compile. */
export function createRenderer(ports: RendererPorts): Renderer {
  const direct = {
    kustomize: cachedRenderer(kustomizeRenderer(ports)),
    helm: cachedRenderer(helmRenderer(ports)),
    plain: plainRenderer,
  } satisfies RenderersOf<DirectSource>
  const whole: KindRenderer<Source> = memoised(
    byKind<Source>({
      ...direct,
      release: releaseRenderer(byKind<DirectSource>(direct), () => whole),
    } satisfies RenderersOf<Source>),
  )
  const parts: Renderer['parts'] = async (source, view) => {
    try {
      return (await translateRelease(source, view, whole)).parts
    } catch (error) {
      if (error instanceof ExpectedStop) return []
      throw error
    }
  }
  return { ...whole, declared, mayDeclare, parts }
}

function byKind<S extends Source>(kinds: Readonly<Record<string, unknown>>): KindRenderer<S> {
  const pick = (source: S): KindRenderer<S> => kinds[source.kind] as KindRenderer<S>
  return {
    inputs: (source, view) => pick(source).inputs(source, view),
    render: (source, view, options) => pick(source).render(source, view, options),
  }
}
