import type { Field } from './field.ts'

/** Values committed for one workload, to be laid over its rendering where its source has no line to edit. */
export interface Overlay {
  /** Path of the file in the repository. */
  readonly file: string
  readonly workload: OverlaidWorkload
  readonly values: readonly OverlayValue[]
}

/** The workload that an overlay is about; without a namespace it is meant wherever it is rolled out to. */
export interface OverlaidWorkload {
  readonly apiVersion?: string | undefined
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

/** One value: of a container, or of the autoscaler where the field begins with `hpa.`. */
export interface OverlayValue {
  readonly container?: string | undefined
  readonly field: Field
  readonly value: string
}

/** Where committed recommendations lie: a directory, and in it one for each cluster that has its own. */
export interface OverlayPlace {
  readonly directory: string
  readonly cluster?: string
}

/** Where those of a source lie that is rendered with them. */
export const overlayPlace = (path: string, cluster?: string): OverlayPlace => ({
  directory: path === '.' ? '.tortoise' : `${path}/.tortoise`,
  ...(cluster === undefined ? {} : { cluster }),
})

/** Whether a file is one of recommendations. */
export const isOverlayFile = (file: string): boolean =>
  /(^|\/)\.tortoise\/([\w.-]+\/)?[\w.-]+\.json$/.test(file)

/** Whether a source that is rendered with the recommendations of a place reads a file. */
export function readsOverlay({ directory, cluster }: OverlayPlace, file: string): boolean {
  if (!isOverlayFile(file) || !file.startsWith(`${directory}/`)) return false
  const inside = file.slice(directory.length + 1)
  return !inside.includes('/') || inside.startsWith(`${cluster}/`)
}

/** The file for a workload: one each, with a name that stays. */
export function overlayFile(
  { directory, cluster }: OverlayPlace,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
): string {
  const place = cluster === undefined ? directory : `${directory}/${cluster}`
  return `${place}/${[namespace, kind.toLowerCase(), name].join('.')}.json`
}
