import { overlayText } from '../edit/overlay.ts'
import type { JsonObject } from '../model/json.ts'
import type { Overlay } from '../model/overlay.ts'
import type { Renderer } from '../model/renderer.ts'
import { readOverlays } from './read-overlays.ts'

/** Returns a renderer that applies committed recommendations to the sources that are rolled out with them, as `tortoise render` does. */
export function withOverlays(renderer: Renderer): Renderer {
  return {
    ...renderer,
    render: async (source, view, options) => {
      const rendering = await renderer.render(source, view, options)
      const overlays = source.overlay === undefined ? [] : await readOverlays(view, source.overlay)
      if (overlays.length === 0) return rendering
      return {
        ...rendering,
        objects: rendering.objects.map((object) => applyOverlays(object, overlays, source.namespace)),
      }
    },
  }
}

function applyOverlays(
  object: JsonObject,
  overlays: readonly Overlay[],
  namespace: string | undefined,
): JsonObject {
  const before = JSON.stringify(object)
  const { text } = overlayText(before, overlays, namespace)
  return text === before ? object : (JSON.parse(text) as JsonObject)
}
