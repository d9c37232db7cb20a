import type { Workload } from './workload.ts'

/** Where a commit changed a value. */
export interface PastEdit {
  /** Path in the repository. */
  readonly file: string
  /**
   * The names that the edited manifests or patches give their workload, before a kustomization changes them; absent for an
   * edit elsewhere, such as in a values file.
   */
  readonly names?: readonly string[] | undefined
}

/** Whether an edit can have set a value of a workload. */
export type IsEditOf = (edit: PastEdit, workload: Pick<Workload, 'kind' | 'name'>) => boolean

/**
 * Whether a name in a manifest or patch means a workload, of all rendered names of its kind: a kustomization can add a
 * prefix and a suffix, to all names alike. A name that is part of none of them means any: that of a patch whose target
 * is given elsewhere.
 */
export function isNameOf(written: string, name: string, names: readonly string[]): boolean {
  const fitting = names.filter((one) => written !== '' && one.includes(written))
  const shortest = Math.min(...fitting.map((one) => one.length))
  return fitting.length === 0 || (name.includes(written) && name.length === shortest)
}

/** One change of a value by Tortoise, as its commit names it. */
export interface PastValue {
  /** Texts of the value before and after. */
  readonly from: string
  readonly to: string
  readonly rules: readonly string[]
  /** When it reached the branch, ISO 8601. */
  readonly at: string
  /** Days before the end of the window. */
  readonly daysAgo: number
  /** Id of the commit. */
  readonly commit: string
  /** The emergency that the commit begins. */
  readonly emergency?: EmergencyEnd
}

/** When an emergency ends by itself. */
export interface EmergencyEnd {
  /** ISO 8601. */
  readonly until: string
  /** Days from now; negative once it is over. */
  readonly daysLeft: number
}

/** What made a change, in words: `commit 0123456789`, or `pull request #12` where its commit is not known. */
export const madeBy = ({ commit }: Pick<PastValue, 'commit'>): string =>
  commit.startsWith('#') ? `pull request ${commit}` : `commit ${commit.slice(0, 10)}`
