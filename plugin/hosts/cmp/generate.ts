import { templateChart } from '../../../renderers/helm/renderer.ts'
import { buildKustomization } from '../../../renderers/kustomize/renderer.ts'
import { directoryText } from '../../../renderers/plain/text.ts'
import type { RendererPorts } from '../../../renderers/ports.ts'
import { overlayText } from '../../edit/overlay.ts'
import { stop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import type { RepositoryView } from '../../model/source.ts'
import { readOverlays } from '../../plan/read-overlays.ts'
import type { Rendered, RenderRequest } from './request.ts'

/** What generating needs from outside. No clock, no network: the same files and words give the same manifests. */
export interface GeneratePorts extends RendererPorts {
  readonly view: RepositoryView
  readonly progress: Progress
}

/** The manifests of a source with its committed recommendations laid over them; what could not be laid is a warning. */
export async function generate({ rendered, overlays }: RenderRequest, ports: GeneratePorts): Promise<string> {
  const [text, committed] = await Promise.all([
    renderText(rendered, ports),
    readOverlays(ports.view, overlays),
  ])
  // Argo CD would take no manifests for the wish to delete all.
  if (!/^\s*["']?kind["']?\s*:/m.test(text)) {
    throw stop('source.render', 'it renders no manifests at all', {
      place: { file: rendered.source.path },
      hint: 'Correct the path of the source; an empty application is not rendered, since pruning would delete what runs.',
    })
  }
  const overlaid = overlayText(text, committed, rendered.source.namespace)
  for (const message of overlaid.warnings) ports.progress({ kind: 'warning', message })
  return overlaid.text.endsWith('\n') ? overlaid.text : `${overlaid.text}\n`
}

function renderText(rendered: Rendered, ports: GeneratePorts): Promise<string> {
  const { view } = ports
  switch (rendered.kind) {
    case 'helm':
      return templateChart(rendered.source, { view, options: rendered.options }, ports)
    case 'kustomize':
      return buildKustomization(rendered.source, view, ports)
    case 'plain':
      return directoryText(rendered.source, view, rendered.options)
    default:
      return rendered satisfies never
  }
}
