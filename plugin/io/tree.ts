/** An entry of a directory in a tree of files. */
export type TreeEntry =
  | { readonly kind: 'file' | 'directory' }
  | { readonly kind: 'link'; readonly target: string }

/** A tree of files: a work tree on disk, or the tree of a commit. Paths are real paths, without links. */
export interface Tree {
  /** Entries of a directory by name; `undefined` when the path is not a directory. */
  readonly entries: (directory: string) => Promise<ReadonlyMap<string, TreeEntry> | undefined>
  readonly bytes: (path: string) => Promise<Uint8Array>
}
