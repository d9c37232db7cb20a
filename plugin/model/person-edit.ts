import type { ScalarSite } from './site.ts'

/** The last edit of a value by a person. */
export interface PersonEdit {
  /** Name of the author. */
  readonly by: string
  /** When it reached the branch, ISO 8601. */
  readonly at: string
  /** Days before the run. */
  readonly daysAgo: number
}

/** Finds who changed a value lately: `undefined` when nobody did, or Tortoise did last. `key` is the change key of the field. */
export type FindPersonEdit = (
  site: Pick<ScalarSite, 'file' | 'document' | 'path'>,
  key: string,
) => Promise<PersonEdit | undefined>
