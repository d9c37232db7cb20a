/** The archive of a chart as a server sent it. */
export interface PulledArchive {
  readonly archive: Uint8Array
  /** The version that was chosen: that of the index, or the tag. */
  readonly version: string
}
