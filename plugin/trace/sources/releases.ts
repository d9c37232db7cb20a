import { inParallel } from '../../model/parallel.ts'
import { concernsOneSource, ExpectedStop } from '../../model/problem.ts'
import type { Renderer, Rendering, RepositoryView, Source } from '../../model/source.ts'

/** What reading sources needs. */
export interface InputPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** A source that cannot be rendered here, and why. */
export interface Unrendered {
  readonly source: Source
  readonly reason: string
}

/** Renders sources, and passes over those that do not render here. */
export async function renderEach(
  sources: readonly Source[],
  { renderer, view }: InputPorts,
): Promise<{ readonly rendered: readonly Rendering[]; readonly failed: readonly Unrendered[] }> {
  const results = await inParallel(sources, async (source): Promise<Rendering | Unrendered> => {
    try {
      return await renderer.render(source, view)
    } catch (error) {
      if (!concernsOneSource(error)) throw error
      return { source, reason: error.problems[0]?.message ?? error.message }
    }
  })
  return {
    rendered: results.filter((result): result is Rendering => 'objects' in result),
    failed: results.filter((result): result is Unrendered => 'reason' in result),
  }
}

/** Everything that renderings declare, what that declares in turn, and so on; each release once. */
export async function renderReleases(
  holders: readonly Rendering[],
  ports: InputPorts & { readonly charts?: string },
): Promise<{ readonly rendered: readonly Rendering[]; readonly failed: readonly Unrendered[] }> {
  const { renderer, view, charts } = ports
  const held = await inParallel(holders, (rendering) => renderer.declared(rendering, view, charts))
  const releases = held.flat()
  if (releases.length === 0) return { rendered: [], failed: [] }
  const own = await renderEach(releases, ports)
  const deeper = await renderReleases(own.rendered, ports)
  return {
    rendered: [...own.rendered, ...deeper.rendered],
    failed: [...own.failed, ...deeper.failed],
  }
}

/** The releases below the given sources, found by rendering those of them whose files look like it and pass the filter. */
export async function releasesBelow(
  sources: readonly Source[],
  ports: InputPorts,
  filter: (text: string) => boolean = () => true,
): Promise<readonly Source[]> {
  const { renderer, view } = ports
  const found = await inParallel(sources, async (source): Promise<readonly Source[]> => {
    const files = await filePathsOf(source, ports)
    const texts = await Promise.all(files.map((file) => textOf(file, view)))
    const mayHold = texts.some((text, index) => renderer.mayDeclare(files[index] ?? '', text))
    if (!mayHold || !texts.some(filter)) return []
    const { rendered } = await renderEach([source], ports)
    return (await Promise.all(rendered.map((rendering) => renderer.declared(rendering, view)))).flat()
  })
  const releases = found.flat()
  return releases.length === 0 ? [] : [...releases, ...(await releasesBelow(releases, ports, filter))]
}

/** Real paths of the files whose objects a source renders; none when that cannot be told, which its rendering will say. */
async function filePathsOf(source: Source, { renderer, view }: InputPorts): Promise<readonly string[]> {
  try {
    const inputs = await renderer.inputs(source, view)
    return inputs.filter(({ above }) => above === undefined).map(({ path }) => path)
  } catch (error) {
    if (error instanceof ExpectedStop) return []
    throw error
  }
}

/** The text of a YAML file; empty for anything else, and for what cannot be read as text. */
async function textOf(file: string, view: RepositoryView): Promise<string> {
  if (!/\.(ya?ml|tpl)$/.test(file)) return ''
  try {
    return (await view.read(file))?.text ?? ''
  } catch (error) {
    if (error instanceof ExpectedStop) return ''
    throw error
  }
}
