import { ExpectedStop, type Problem } from '../../plugin/model/problem.ts'
import type { SourceRenderer } from '../../plugin/model/renderer.ts'

/** A renderer whose problems name files from elsewhere by what they are, in place of the path of their mount. */
export function withTitles(renderer: SourceRenderer, shown: (text: string) => string): SourceRenderer {
  const titled = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw error instanceof ExpectedStop ? shownStop(error, shown) : error
    })
  return {
    inputs: (source, view) => titled(renderer.inputs(source, view)),
    render: (source, view, options) => titled(renderer.render(source, view, options)),
  }
}

function shownStop(error: ExpectedStop, shown: (text: string) => string): ExpectedStop {
  const problems = error.problems.map(
    ({ place, message, ...rest }): Problem => ({
      ...rest,
      message: shown(message),
      ...(place === undefined ? {} : { place: { ...place, file: shown(place.file) } }),
    }),
  )
  return new ExpectedStop(problems, { cause: error.cause })
}
