import type { RenderedKind, Renderer, SourceRenderer } from '../plugin/model/renderer.ts'
import type { InputFile, Source } from '../plugin/model/source.ts'
import { isStored } from '../plugin/model/store.ts'
import { application } from './argocd/application.ts'
import { applicationSet } from './argocd/application-set.ts'
import { withTitles } from './elsewhere/with-titles.ts'
import { helmRelease } from './flux/helm-release.ts'
import { fluxKustomization } from './flux/kustomization.ts'
import { helm } from './helm/kind.ts'
import { helmfileRelease } from './helmfile/release.ts'
import type { CreateKind, RendererKind } from './kind.ts'
import { kustomize } from './kustomize/kind.ts'
import { plain } from './plain/kind.ts'
import type { RendererPorts } from './ports.ts'
import { declarationsBy } from './release/declared.ts'
import type { DeclaringKind } from './release/declaring-kind.ts'
import { releaseKind } from './release/kind.ts'
import { cachedByView } from './view-cache.ts'

/** Every kind of source, in the order in which they are asked what a directory is: the first that detects it wins. */
export const sourceKinds: readonly CreateKind[] = [helm, kustomize, plain]

/** Every kind of object that declares sources. */
const declaringKinds: readonly DeclaringKind[] = [
  helmRelease,
  fluxKustomization,
  application,
  applicationSet,
  helmfileRelease,
]

/** The lists that a renderer is made of. */
interface RendererLists {
  readonly kinds?: readonly CreateKind[]
  readonly declaring?: readonly DeclaringKind[]
}

/** Every kind of source, ready to render. */
export const createKinds = (
  ports: RendererPorts,
  kinds: readonly CreateKind[] = sourceKinds,
): readonly RendererKind[] => kinds.map((create) => create(ports))

/** One renderer for sources of every kind. */
export function createRenderer(ports: RendererPorts, lists: RendererLists = {}): Renderer {
  const { declaring = declaringKinds } = lists
  const kinds = createKinds(ports, lists.kinds)
  const kindOf = (source: Source): RenderedKind => {
    const kind = source.kind === release.name ? release : kinds.find(({ name }) => name === source.kind)
    if (kind === undefined) throw new Error(`no renderer is listed for sources of kind ${source.kind}`)
    return kind
  }
  const { store } = ports
  const bare: SourceRenderer = cachedByView({
    inputs: async (source, view) =>
      (await kindOf(source).inputs(source, view)).map((input) => fixed(input, ports)),
    render: (source, view, options) => kindOf(source).render(source, view, options),
  })
  const whole = store === undefined ? bare : withTitles(bare, store.shown)
  const { parts, ...release } = releaseKind({ ...ports, whole, kindOf, declaring })
  const shown = store === undefined ? {} : { shown: store.shown }
  return { ...whole, ...shown, kinds, kindOf, parts, ...declarationsBy(declaring) }
}

/** A file that comes from elsewhere: its values are defaults, and it is never in the top layer. */
function fixed(input: InputFile, { chartDirectories = [] }: RendererPorts): InputFile {
  const isElsewhere =
    isStored(input.path) || chartDirectories.some((directory) => input.path.startsWith(`${directory}/`))
  if (!isElsewhere) return input
  return { ...input, topLayer: false, ...(input.role === 'chart-values' ? { role: 'external' } : {}) }
}
