import type { Settings } from '../../config/schema.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import type { OpenedPrograms } from '../io/programs.ts'
import type { LiveDeclaration } from '../model/live-declaration.ts'
import type { Renderer } from '../model/renderer.ts'
import type { MountedStore } from '../model/store.ts'
import type { RunPorts } from './host.ts'
import { openKept } from './open-kept.ts'
import { openPrograms, type ProgramSettings } from './open-programs.ts'
import { openStore } from './open-store.ts'
import { type OwnRepositoryRequest, ownRepository } from './own-repository.ts'

/** The repository to render, and what it is rendered for. */
export interface RendererRequest extends Pick<OwnRepositoryRequest, 'checkout' | 'purpose'> {
  readonly settings: ProgramSettings &
    Pick<Settings, 'deliver'> &
    Partial<Pick<Settings, 'charts' | 'clusters'>>
  /** The Applications and HelmReleases in the clusters. */
  readonly live?: readonly LiveDeclaration[]
  /** Whether nothing may be fetched, whatever settings say. */
  readonly offline?: boolean
}

/** A renderer with the store of what it fetches. */
export interface OpenedRenderer {
  readonly renderer: Renderer
  readonly store: MountedStore
  readonly programs: OpenedPrograms
}

/** Makes a renderer that knows which repository it works on. The views that it gets must be mounted by its store. */
export function openRenderer(
  ports: Pick<RunPorts, 'env' | 'progress'>,
  { checkout, settings, purpose, live = [], offline = false }: RendererRequest,
): OpenedRenderer {
  const { charts, deliver, clusters = [] } = settings
  const programs = openPrograms(ports, settings, checkout.root)
  const isOffline = offline || isPullRequest(ports.env)
  const store = openStore(ports, isOffline ? { ...charts, offline: true } : (charts ?? {}), programs)
  const own = () => ownRepository(ports, { checkout, deliver, purpose })
  const chartDirectories = charts?.directories ?? []
  const kept = openKept(ports, charts ?? {}, checkout)
  const renderer = createRenderer({
    programs,
    store,
    chartDirectories,
    live,
    clusters: clusters.map(({ name, kubernetes }) => ({
      name,
      destinations: [kubernetes?.applications?.destination ?? []].flat(),
    })),
    own,
    ...(kept === undefined ? {} : { kept }),
  })
  return { renderer, store, programs }
}

/** Whether a job runs for a pull request: who opens one must not choose what is fetched. */
const isPullRequest = (env: RunPorts['env']): boolean => {
  const { GITHUB_EVENT_NAME: event = '', CI_PIPELINE_SOURCE: source } = env
  return event.startsWith('pull_request') || source === 'merge_request_event'
}
