import type { Renderer, Source } from '../plugin/model/source.ts'
import { helmRenderer } from './helm/renderer.ts'
import { kustomizeRenderer } from './kustomize/renderer.ts'
import { plainRenderer } from './plain/renderer.ts'
import type { RendererPorts } from './ports.ts'

type RendererOf = { readonly [K in Source['kind']]: Renderer<Extract<Source, { kind: K }>> }

/** One renderer for sources of every kind. A kind without its folder here does not compile. */
export function createRenderer(ports: RendererPorts): Renderer {
  const kinds = {
    kustomize: kustomizeRenderer(ports),
    helm: helmRenderer(ports),
    plain: plainRenderer,
  } satisfies RendererOf
  const pick = (source: Source): Renderer => kinds[source.kind] as Renderer
  return {
    inputs: (source, view) => pick(source).inputs(source, view),
    render: (source, view, options) => pick(source).render(source, view, options),
  }
}
