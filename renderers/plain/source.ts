import type { Source } from '../../plugin/model/source.ts'

/** A directory of manifests, or one file. */
export interface PlainSource extends Source {
  readonly kind: 'plain'
  /** False to read only the files of the directory itself. */
  readonly recurse?: boolean
  /** Globs of the files to read and to skip, relative to the directory. */
  readonly include?: string
  readonly exclude?: string
}
