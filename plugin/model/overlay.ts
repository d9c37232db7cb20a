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
