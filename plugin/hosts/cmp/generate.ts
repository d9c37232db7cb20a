import type { ManifestRequest, RendererKind } from '../../../renderers/kind.ts'
import { applicationPath } from '../../../renderers/kind.ts'
import { overlayText } from '../../edit/overlay.ts'
import type { OverlayPlace } from '../../model/overlay.ts'
import { stop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { readOverlays } from '../../plan/read-overlays.ts'

/**
 * The manifests of a source with its committed recommendations applied; each recommendation that cannot be applied is a
 * warning. The same files and parameters give the same manifests: no clock and no network is used. Rejects with
 * `source.render` when the source renders no manifests.
 */
export async function generate(
  kind: RendererKind,
  request: ManifestRequest,
  progress: Progress,
): Promise<string> {
  const [{ source, text }, overlays] = await Promise.all([
    kind.manifests(request),
    readOverlays(request.view, overlayPlaceOf(request)),
  ])
  // Argo CD would prune everything that runs if it got no manifests.
  if (!/^[ \t]*["']?kind["']?[ \t]*:/m.test(text)) {
    throw stop('source.render', 'the source renders no manifests', {
      place: { file: source.path },
      hint: 'Correct the path of the source. An empty Application is refused, because Argo CD would prune everything that runs.',
    })
  }
  const overlaid = overlayText(text, overlays, source.namespace)
  for (const message of overlaid.warnings) progress({ kind: 'warning', message })
  return overlaid.text.endsWith('\n') ? overlaid.text : `${overlaid.text}\n`
}

function overlayPlaceOf({ path, parameters }: ManifestRequest): OverlayPlace {
  const cluster = parameters.text('cluster')
  return {
    directory: applicationPath(path, parameters.text('recommendations') ?? '.tortoise'),
    ...(cluster === undefined ? {} : { cluster }),
  }
}
