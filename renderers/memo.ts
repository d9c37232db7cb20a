import type {
  InputFile,
  KindRenderer,
  Rendering,
  RenderOptions,
  RepositoryView,
  Source,
} from '../plugin/model/source.ts'

/**
 * Answers each question about a view once. Which files a source reads is asked of the view under all pending texts:
 * no edit of ours names another file, and one that did would fail to render.
 */
export function memoised(renderer: KindRenderer<Source>): KindRenderer<Source> {
  const inputs = perView<readonly InputFile[]>()
  const renderings = perView<Rendering>()
  return {
    inputs: (source, view) =>
      inputs(view.origin, JSON.stringify(source), () => renderer.inputs(source, view.origin)),
    render: (source, view, options) => {
      const render = () => renderer.render(source, view, options)
      return options?.anew === true ? render() : renderings(view, keyOf(source, options), render)
    },
  }
}

const keyOf = (source: Source, options: RenderOptions | undefined): string =>
  JSON.stringify([source, options?.dyed ?? false, options?.extraValues ?? null])

/** Keeps answers as long as their view lives. */
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
