import type { Settings } from '../../config/schema.ts'
import type { LiveDeclaration } from '../model/live-declaration.ts'
import { stop } from '../model/problem.ts'
import type { Renderer } from '../model/renderer.ts'
import type { RepositoryView, Source } from '../model/source.ts'
import { withOverlays } from '../plan/overlay-renderer.ts'
import { identifySources } from '../trace/sources/identify.ts'
import type { Checkout } from './checkout.ts'
import type { RunPorts } from './host.ts'
import { openRenderer } from './open-renderer.ts'

/** Which sources to open, and with which programs they are rendered. */
export interface SourcesRequest {
  readonly checkout: Checkout
  /** The Applications and HelmReleases in the clusters. */
  readonly live?: readonly LiveDeclaration[]
  readonly settings: Pick<Settings, 'sources' | 'programs' | 'deliver'> &
    Partial<Pick<Settings, 'sandbox' | 'charts'>>
}

/** The sources of a repository in one view, ready to be rendered. */
export interface OpenedSources {
  readonly sources: readonly Source[]
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** A sentence on whether the programs run in a sandbox. */
  readonly describeSandbox: () => string
  /** The charts and Git sources in use so far. */
  readonly fetched: () => readonly string[]
}

/** Identifies the sources that settings name. Throws `settings.missing` when they name none. */
export async function openSources(
  ports: Pick<RunPorts, 'env' | 'progress'>,
  { checkout, settings, live = [] }: SourcesRequest,
  base: RepositoryView,
): Promise<OpenedSources> {
  const opened = openRenderer(ports, { checkout, settings, live, purpose: 'run' })
  const renderer = withOverlays(opened.renderer)
  if (settings.sources.length === 0) {
    throw stop('settings.missing', 'tortoise.yaml lists no sources, so there is nothing to right-size', {
      hint: 'Add them: sources: [{path: apps/overlays/prod, namespace: shop}]',
    })
  }
  const { describeSandbox } = opened.programs
  const view = opened.store.mount(base)
  const sources = await identifySources(settings.sources, { view, renderer })
  return { sources, view, renderer, describeSandbox, fetched: opened.store.used }
}
