import type { Settings } from '../../config/schema.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import type { OpenedPrograms } from '../io/programs.ts'
import type { Renderer } from '../model/renderer.ts'
import type { MountedStore } from '../model/store.ts'
import type { RunPorts } from './host.ts'
import { openPrograms, type ProgramSettings } from './open-programs.ts'
import { openStore } from './open-store.ts'

/** Settings of what renders, and of what it may fetch before. */
export interface RendererSettings extends ProgramSettings {
  readonly charts?: Settings['charts'] | undefined
}

/** A renderer with the store of what it fetches. */
export interface OpenedRenderer {
  readonly renderer: Renderer
  readonly store: MountedStore
  readonly programs: OpenedPrograms
}

/** The repository that is rendered, and whether anything may be fetched for it. */
export interface RenderedPlace {
  readonly repository: string
  readonly offline?: boolean
}

/** Opens a renderer for a repository. The views that it gets must be mounted by its store. */
export function openRenderer(
  ports: Pick<RunPorts, 'env' | 'progress'>,
  settings: RendererSettings,
  { repository, offline = false }: RenderedPlace,
): OpenedRenderer {
  const programs = openPrograms(ports, settings, repository)
  const { charts = {} } = settings
  const store = openStore(ports, offline ? { ...charts, offline } : charts, programs)
  const { directories: chartDirectories = [] } = charts as Partial<Settings['charts']>
  return { renderer: createRenderer({ programs, store, chartDirectories }), store, programs }
}
