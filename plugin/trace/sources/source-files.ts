import { ExpectedStop } from '../../model/problem.ts'
import type { Source } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'
import type { InputPorts } from './ports.ts'

/** A source with the files that it reads, their paths with links resolved. */
export interface SourceFiles {
  readonly source: Source
  readonly files: ReadonlySet<string>
  /** For a release: the files of what it renders. Those that hold its object are among them only where it renders these too. */
  readonly inner: ReadonlySet<string>
  /** Whether it is an overlay that another source uses; it may be deployed by itself too. */
  readonly layer: boolean
}

/** The files that a source reads; none when its inputs cannot be read, which its rendering reports. */
export async function filesOf(source: Source, { view, renderer }: InputPorts): Promise<SourceFiles> {
  try {
    const inputs = await renderer.inputs(source, view)
    const inner = isRelease(source)
      ? inputs.filter(({ levelsUp, isRendered }) => levelsUp === undefined || isRendered === true)
      : []
    return {
      source,
      files: new Set(inputs.map(({ path }) => path)),
      inner: new Set(inner.map(({ path }) => path)),
      layer: false,
    }
  } catch (error) {
    if (error instanceof ExpectedStop) return { source, files: new Set(), inner: new Set(), layer: false }
    throw error
  }
}

/** The files of a source without those of charts that are kept elsewhere: nothing else in the repository reads those. */
export const localFiles = ({
  source: { charts },
  files,
}: Pick<SourceFiles, 'source' | 'files'>): readonly string[] =>
  [...files].filter((file) => charts === undefined || !file.startsWith(`${charts}/`))
