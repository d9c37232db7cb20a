import type { Renderer } from '../../model/renderer.ts'
import type { RepositoryView } from '../../model/source.ts'

/** What reading the inputs of sources needs. */
export interface InputPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}
