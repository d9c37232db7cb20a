import type { Field } from './field.ts'

/** Values committed for one workload, to be applied to its rendering where its source has no line to edit. */
export interface Overlay {
  /** Path of the file in the repository. */
  readonly file: string
  readonly workload: OverlaidWorkload
  readonly values: readonly OverlayValue[]
}

/** The workload of an overlay; without a namespace, the workload in any namespace. */
export interface OverlaidWorkload {
  readonly apiVersion?: string | undefined
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

/** One value: of a container, or of the autoscaler for fields that begin with `hpa.`. */
export interface OverlayValue {
  readonly container?: string | undefined
  readonly field: Field
  readonly value: string
}

/** The directory of committed recommendations; a cluster may have a directory of its own in it. */
export interface OverlayPlace {
  readonly directory: string
  readonly cluster?: string
}

/** The directory of recommendations for a source at a path. */
export const overlayPlace = (path: string, cluster?: string): OverlayPlace => ({
  directory: path === '.' ? '.tortoise' : `${path}/.tortoise`,
  ...(cluster === undefined ? {} : { cluster }),
})

/** Whether a file holds recommendations. */
export const isOverlayFile = (file: string): boolean =>
  /(^|\/)\.tortoise\/([\w.-]+\/)?[\w.-]+\.json$/.test(file)

/** Whether a source with the recommendations of a place reads a file. */
export function readsOverlay({ directory, cluster }: OverlayPlace, file: string): boolean {
  if (!isOverlayFile(file) || !file.startsWith(`${directory}/`)) return false
  const inside = file.slice(directory.length + 1)
  return !inside.includes('/') || inside.startsWith(`${cluster}/`)
}

/** The file for a workload. Its name depends on the workload alone. */
export function overlayFile(
  { directory, cluster }: OverlayPlace,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
): string {
  const place = cluster === undefined ? directory : `${directory}/${cluster}`
  return `${place}/${[namespace, kind.toLowerCase(), name].join('.')}.json`
}
