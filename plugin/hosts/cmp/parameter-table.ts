/** The shapes that Argo CD knows. */
export type Kind = 'string' | 'array' | 'map'

/** One parameter as it is announced. */
export interface Announced {
  readonly title: string
  readonly tooltip: string
  readonly kind: Kind
  /** The kinds of source it is for; every kind where absent. */
  readonly sources?: readonly ('helm' | 'kustomize' | 'plain')[]
  readonly usual?: string
}

/** Every plugin parameter of an Application, as Argo CD shows it in its interface. */
export const parameterTable = {
  cluster: {
    title: 'Cluster',
    tooltip: 'Also read the recommendations in the directory of this cluster',
    kind: 'string',
  },
  recommendations: {
    title: 'Recommendations',
    tooltip: 'Directory of recommendations, from the source or with / from the root of the repository',
    kind: 'string',
    usual: '.tortoise',
  },
  'release-name': {
    title: 'Release name',
    tooltip: 'Default: the name of the Application',
    kind: 'string',
    sources: ['helm'],
  },
  namespace: {
    title: 'Namespace',
    tooltip: 'Default: the namespace of the destination; a kustomization keeps its own where this is empty',
    kind: 'string',
    sources: ['helm', 'kustomize'],
  },
  'values-files': {
    title: 'Values files',
    tooltip: 'Weakest first, from the chart or with / from the root of the repository',
    kind: 'array',
    sources: ['helm'],
  },
  values: { title: 'Values', tooltip: 'YAML laid over the values files', kind: 'string', sources: ['helm'] },
  'helm-parameters': { title: 'Helm parameters', tooltip: 'As --set', kind: 'map', sources: ['helm'] },
  'helm-string-parameters': {
    title: 'Helm parameters that are texts',
    tooltip: 'As --set-string',
    kind: 'map',
    sources: ['helm'],
  },
  'helm-file-parameters': {
    title: 'Helm parameters from files',
    tooltip: 'As --set-file; paths as for values files',
    kind: 'map',
    sources: ['helm'],
  },
  'ignore-missing-values-files': {
    title: 'Ignore missing values files',
    tooltip: 'true or false',
    kind: 'string',
    sources: ['helm'],
    usual: 'false',
  },
  'include-crds': {
    title: 'Include CRDs',
    tooltip: 'true or false',
    kind: 'string',
    sources: ['helm'],
    usual: 'true',
  },
  'skip-tests': {
    title: 'Skip test hooks',
    tooltip: 'true or false',
    kind: 'string',
    sources: ['helm'],
    usual: 'false',
  },
  'skip-schema-validation': {
    title: 'Skip schema validation',
    tooltip: 'true or false',
    kind: 'string',
    sources: ['helm'],
    usual: 'false',
  },
  'kube-version': {
    title: 'Kubernetes version',
    tooltip: "Default: the destination cluster's",
    kind: 'string',
    sources: ['helm', 'kustomize'],
  },
  'api-versions': {
    title: 'API versions',
    tooltip: "Default: the destination cluster's",
    kind: 'array',
    sources: ['helm', 'kustomize'],
  },
  'name-prefix': {
    title: 'Name prefix',
    tooltip: 'In place of the namePrefix of the kustomization',
    kind: 'string',
    sources: ['kustomize'],
  },
  'name-suffix': {
    title: 'Name suffix',
    tooltip: 'In place of the nameSuffix of the kustomization',
    kind: 'string',
    sources: ['kustomize'],
  },
  images: {
    title: 'Images',
    tooltip: 'name:tag, name@digest or name=other:tag, as kustomize edit set image takes them',
    kind: 'array',
    sources: ['kustomize'],
  },
  replicas: {
    title: 'Replicas',
    tooltip: 'Counts by name of the workload',
    kind: 'map',
    sources: ['kustomize'],
  },
  'common-labels': {
    title: 'Common labels',
    tooltip: 'Labels for every object, those of the kustomization under them',
    kind: 'map',
    sources: ['kustomize'],
  },
  'label-without-selector': {
    title: 'Labels without selectors',
    tooltip: 'true leaves selectors as they are',
    kind: 'string',
    sources: ['kustomize'],
    usual: 'false',
  },
  'label-include-templates': {
    title: 'Labels in templates',
    tooltip: 'With labels without selectors: true labels pods too',
    kind: 'string',
    sources: ['kustomize'],
    usual: 'false',
  },
  'common-annotations': {
    title: 'Common annotations',
    tooltip: 'Annotations for every object, those of the kustomization under them',
    kind: 'map',
    sources: ['kustomize'],
  },
  components: {
    title: 'Components',
    tooltip: 'Directories of components, from the kustomization',
    kind: 'array',
    sources: ['kustomize'],
  },
  patches: {
    title: 'Patches',
    tooltip: 'YAML list as under patches of a kustomization; after its own',
    kind: 'string',
    sources: ['kustomize'],
  },
  'directory-recurse': {
    title: 'Recurse',
    tooltip: 'true or false',
    kind: 'string',
    sources: ['plain'],
    usual: 'false',
  },
  'directory-include': {
    title: 'Include',
    tooltip: 'Glob of the files to read',
    kind: 'string',
    sources: ['plain'],
  },
  'directory-exclude': {
    title: 'Exclude',
    tooltip: 'Glob of the files to leave out',
    kind: 'string',
    sources: ['plain'],
  },
} as const satisfies Readonly<Record<string, Announced>>
