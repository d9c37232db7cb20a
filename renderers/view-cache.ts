import type { RenderOptions, SourceRenderer } from '../plugin/model/renderer.ts'
import type { InputFile, Rendering, RepositoryView, Source } from '../plugin/model/source.ts'

/**
 * Answers each question about a view once. Inputs are read from the view without pending edits: our edits never name
 * another file, and an edit that did would fail to render.
 */
export function cachedByView(renderer: SourceRenderer): SourceRenderer {
  const inputs = perView<readonly InputFile[]>()
  const renderings = perView<Rendering>()
  return {
    inputs: (source, view) =>
      inputs(view.origin, JSON.stringify(source), () => renderer.inputs(source, view.origin)),
    render: (source, view, options) => {
      const render = () => renderer.render(source, view, options)
      return options?.fresh === true ? render() : renderings(view, keyOf(source, options), render)
    },
  }
}

const keyOf = (source: Source, options: RenderOptions | undefined): string =>
  JSON.stringify([source, options?.marked ?? false, options?.extraValues ?? null])

/** Keeps answers as long as their view is in use. */
function perView<T>() {
  const kept = new WeakMap<RepositoryView, Map<string, Promise<T>>>()
  return (view: RepositoryView, key: string, ask: () => Promise<T>): Promise<T> => {
    const answers = kept.get(view) ?? new Map<string, Promise<T>>()
    kept.set(view, answers)
    const answer = answers.get(key) ?? ask()
    answers.set(key, answer)
    return answer
  }
}
