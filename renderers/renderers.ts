import type { RenderedKind, Renderer, SourceRenderer } from '../plugin/model/renderer.ts'
import type { OwnRepository } from '../plugin/model/repository.ts'
import type { InputFile, RepositoryView, Source } from '../plugin/model/source.ts'
import { isStored } from '../plugin/model/store.ts'
import { application } from './argocd/application.ts'
import { applicationSet } from './argocd/application-set.ts'
import { evaluateTemplates } from './argocd/go-templates.ts'
import { withTitles } from './elsewhere/with-titles.ts'
import { helmRelease } from './flux/helm-release.ts'
import { fluxKustomization } from './flux/kustomization.ts'
import { helm } from './helm/kind.ts'
import { helmfileRelease } from './helmfile/release.ts'
import type { CreateKind, RendererKind } from './kind.ts'
import { kustomize } from './kustomize/kind.ts'
import { createOrigins } from './origin/origins.ts'
import { plain } from './plain/kind.ts'
import type { RendererPorts } from './ports.ts'
import { declarationsBy } from './release/declared.ts'
import type { DeclaringKind, DeclaringPorts } from './release/declaring-kind.ts'
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

/** A file of a frozen source is frozen; a source in another repository may take values files of this one. */
const asFrozen = (input: InputFile, { frozen, path }: Source): InputFile =>
  frozen === undefined || (isStored(path) && !isStored(input.path))
    ? input
    : { ...input, topLayer: false, frozen }

const helmOf =
  (kinds: readonly RendererKind[]): SourceRenderer['render'] =>
  (source, view) => {
    const kind = kinds.find(({ name }) => name === 'helm')
    if (kind === undefined) throw new Error('no renderer is listed for charts')
    return kind.render(source, view)
  }

/** A repository of which nothing is known but its files. */
const unknown = async (): Promise<OwnRepository> => ({ names: [], branches: [] })

/** One renderer for sources of every kind. */
export function createRenderer(ports: RendererPorts, lists: RendererLists = {}): Renderer {
  const { declaring = declaringKinds } = lists
  const kinds = createKinds(ports, lists.kinds)
  const kindOf = (source: Source): RenderedKind => {
    const kind = source.kind === release.name ? release : kinds.find(({ name }) => name === source.kind)
    if (kind === undefined) throw new Error(`no renderer is listed for sources of kind ${source.kind}`)
    return kind
  }
  const { store, chartDirectories = [] } = ports
  const bare: SourceRenderer = cachedByView({
    inputs: async (source, view) => {
      const inputs = await kindOf(source).inputs(source, view)
      const own = inputs.map((input) => fixed(asFrozen(input, source), chartDirectories))
      return Promise.all(own.map((input) => asGenerated(input, view)))
    },
    render: (source, view, options) => kindOf(source).render(source, view, options),
  })
  const whole = store === undefined ? bare : withTitles(bare, store.shown)
  const origins = createOrigins(ports.own ?? unknown, store)
  const portsFor = (view: RepositoryView): DeclaringPorts => ({
    view,
    origins,
    elsewhere: { ...(store === undefined ? {} : { store }), chartDirectories },
    live: ports.live ?? [],
    clusters: ports.clusters ?? [],
    evaluate: (templates, sets) => evaluateTemplates(templates, sets, { view, render: helmOf(kinds) }),
  })
  const { parts, ...release } = releaseKind({ whole, kindOf, declaring, portsFor })
  const shown = store === undefined ? {} : { shown: store.shown }
  return { ...whole, ...shown, kinds, kindOf, parts, ...declarationsBy(declaring, portsFor) }
}

/** A file that comes from elsewhere: its values are defaults, and it is never edited. */
function fixed(input: InputFile, chartDirectories: readonly string[]): InputFile {
  const isElsewhere =
    isStored(input.path) || chartDirectories.some((directory) => input.path.startsWith(`${directory}/`))
  if (!isElsewhere) return input
  const role = input.role === 'chart-values' ? 'external' : input.role
  return { frozen: 'its file is not in this repository', ...input, topLayer: false, role }
}

const generated = /^#.*\b(?:generated\b.*\bdo not edit|do not edit\b.*\bgenerated)/im

/** A manifest that says at its start that it is generated: the next generation would undo an edit. */
async function asGenerated(input: InputFile, view: RepositoryView): Promise<InputFile> {
  if (input.role !== 'manifest' || input.frozen !== undefined) return input
  const head = (await view.read(input.path))?.text.slice(0, 2000) ?? ''
  return generated.test(head)
    ? {
        ...input,
        topLayer: false,
        frozen: 'its file says that it is generated, so the next generation would undo an edit',
      }
    : input
}
