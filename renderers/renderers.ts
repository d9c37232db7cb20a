import type { DirectSource, Renderer, Source } from '../plugin/model/source.ts'
import { helmRenderer } from './helm/renderer.ts'
import { kustomizeRenderer } from './kustomize/renderer.ts'
import { plainRenderer } from './plain/renderer.ts'
import type { RendererPorts } from './ports.ts'
import { releaseRenderer } from './release/renderer.ts'

type RenderersOf<S extends Source> = { readonly [K in S['kind']]: Renderer<Extract<S, { kind: K }>> }

/** One renderer for sources of every kind. A kind without its folder here does not compile. */
export function createRenderer(ports: RendererPorts): Renderer {
  const direct = {
    kustomize: kustomizeRenderer(ports),
    helm: helmRenderer(ports),
    plain: plainRenderer,
  } satisfies RenderersOf<DirectSource>
  const release = releaseRenderer(byKind<DirectSource>(direct))
  return byKind<Source>({ ...direct, release } satisfies RenderersOf<Source>)
}

function byKind<S extends Source>(kinds: Readonly<Record<string, unknown>>): Renderer<S> {
  const pick = (source: S): Renderer<S> => kinds[source.kind] as Renderer<S>
  return {
    inputs: (source, view) => pick(source).inputs(source, view),
    render: (source, view, options) => pick(source).render(source, view, options),
  }
}
