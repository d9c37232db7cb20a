/** Stores texts by name: a directory, in an Actions cache or on a volume. */
export interface DayStore {
  /** `undefined` when there is no text with this name. */
  read(name: string): Promise<string | undefined>
  write(name: string, text: string): Promise<void>
  /** All names that begin with `prefix`. */
  names(prefix: string): Promise<readonly string[]>
  /** Deletes a text, if there is one. */
  forget(name: string): Promise<void>
}
