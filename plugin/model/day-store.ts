/** Keeps texts by name: a directory, for an Actions cache or a volume. */
export interface DayStore {
  read(name: string): Promise<string | undefined>
  write(name: string, text: string): Promise<void>
  /** Every name that begins with `prefix`. */
  names(prefix: string): Promise<readonly string[]>
  forget(name: string): Promise<void>
}
