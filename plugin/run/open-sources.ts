import type { Settings } from '../../config/schema.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import { createPrograms } from '../io/programs.ts'
import { stop } from '../model/problem.ts'
import type { Renderer } from '../model/renderer.ts'
import type { RepositoryView, Source } from '../model/source.ts'
import { withOverlays } from '../plan/overlay-renderer.ts'
import { identifySources } from '../trace/sources/identify.ts'
import type { Checkout } from './checkout.ts'
import type { Environment } from './host.ts'

/** Which sources to open, and with which programs they are rendered. */
export interface SourcesRequest {
  readonly checkout: Checkout
  readonly settings: Pick<Settings, 'sources' | 'programs'>
}

/** The sources of a repository in one view, ready to be rendered. */
export interface OpenedSources {
  readonly sources: readonly Source[]
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** Identifies the sources that settings name. Throws `settings.missing` when they name none. */
export async function openSources(
  { env }: Pick<Environment, 'env'>,
  { checkout, settings }: SourcesRequest,
  view: RepositoryView,
): Promise<OpenedSources> {
  const programs = createPrograms(settings.programs, env['PATH'] ?? '', checkout.root)
  const renderer = withOverlays(createRenderer({ programs }))
  if (settings.sources.length === 0) {
    throw stop('settings.missing', 'tortoise.yaml lists no sources, so there is nothing to right-size', {
      hint: 'Add them: sources: [{path: apps/overlays/prod, namespace: shop}]',
    })
  }
  return { sources: await identifySources(settings.sources, { view, renderer }), view, renderer }
}
