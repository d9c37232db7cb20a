import type { Source } from '../../plugin/model/source.ts'

/** A chart with its values files, weakest first. */
export interface HelmSource extends Source {
  readonly kind: 'helm'
  readonly release: string
  readonly values: readonly string[]
  /** Whether the values files replace the chart's own `values.yaml`, as in a HelmRelease. */
  readonly replacesDefaults?: boolean
  /** Values in the object that declares the release, as YAML texts; they win over the files, the last one over the others. */
  readonly inlineValues?: readonly string[]
  /** For each of these texts, how many of the values files come before it; absent where all of them do. */
  readonly filesBeforeInline?: readonly number[]
  /** `name=value` pairs, as for `--set`; they win over all values. */
  readonly parameters?: readonly string[]
  /** The same with values that stay texts, as for `--set-string`. */
  readonly textParameters?: readonly string[]
  /** Names with the paths of the files that hold their values, as for `--set-file`. */
  readonly fileParameters?: readonly (readonly [name: string, file: string])[]
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
}
