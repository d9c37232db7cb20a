/** The shapes of plugin parameters that Argo CD knows. */
export type ParameterShape = 'string' | 'array' | 'map'

/** A plugin parameter as Argo CD shows it in its interface. */
export interface Parameter {
  readonly title: string
  readonly tooltip: string
  readonly shape: ParameterShape
  /** The value of a `string` parameter that is not given. */
  readonly usual?: string
}

/** Plugin parameters by name. */
export type ParameterTable = Readonly<Record<string, Parameter>>

/**
 * Reads the plugin parameters of an Application by name. Each method stops with `usage` when the value has another shape;
 * a name that no table holds is a bug.
 */
export interface ParameterReader {
  readonly text: (name: string) => string | undefined
  readonly list: (name: string) => readonly string[]
  /** The pairs of a map, sorted by key. */
  readonly map: (name: string) => readonly (readonly [key: string, value: string])[]
  readonly flag: (name: string) => boolean
}

/** Parameters that kinds which render charts share. */
export const versionParameters = {
  'kube-version': {
    title: 'Kubernetes version',
    tooltip: "Default: the destination cluster's",
    shape: 'string',
  },
  'api-versions': { title: 'API versions', tooltip: "Default: the destination cluster's", shape: 'array' },
} as const satisfies ParameterTable

/** The parameter for the namespace of objects that name none. */
export const namespaceParameter = {
  namespace: {
    title: 'Namespace',
    tooltip: 'Default: the namespace of the destination; a kustomization keeps its own where this is empty',
    shape: 'string',
  },
} as const satisfies ParameterTable
