import type { Settings } from '../../config/schema.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import type { Programs } from '../io/programs.ts'
import type { LiveDeclaration } from '../model/live-declaration.ts'
import type { Renderer } from '../model/renderer.ts'
import type { Environment } from './host.ts'
import { type OwnRepositoryRequest, ownRepository } from './own-repository.ts'

/** The repository to render, and what it is rendered for. */
export interface RendererRequest extends Pick<OwnRepositoryRequest, 'checkout' | 'purpose'> {
  readonly settings: Pick<Settings, 'deliver'>
  /** The Applications and HelmReleases in the clusters. */
  readonly live?: readonly LiveDeclaration[]
}

/** Makes a renderer that knows which repository it works on. */
export const openRenderer = (
  { env }: Pick<Environment, 'env'>,
  { checkout, settings: { deliver }, purpose, live = [] }: RendererRequest,
  programs: Programs,
): Renderer =>
  createRenderer({ programs, live, own: () => ownRepository({ env }, { checkout, deliver, purpose }) })
