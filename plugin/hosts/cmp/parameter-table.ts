import type { RendererKind } from '../../../renderers/kind.ts'
import type { ParameterTable } from '../../../renderers/parameters.ts'

/** The plugin parameters for sources of every kind. */
const commonParameters = {
  cluster: {
    title: 'Cluster',
    tooltip: 'Also read the recommendations in the directory of this cluster',
    shape: 'string',
  },
  recommendations: {
    title: 'Recommendations',
    tooltip:
      'Directory of recommendations; relative to the source, or with a leading / to the root of the repository',
    shape: 'string',
    usual: '.tortoise',
  },
} as const satisfies ParameterTable

/** Every plugin parameter that an Application can give: those for all sources, and those of each kind. */
export const parameterTable = (kinds: readonly Pick<RendererKind, 'parameters'>[]): ParameterTable =>
  Object.assign({}, commonParameters, ...kinds.map(({ parameters }) => parameters)) as ParameterTable

/** The parameters to announce for a source, in the form that Argo CD reads: a JSON list. */
export const announcement = (kind: Pick<RendererKind, 'parameters'>): string =>
  JSON.stringify(
    Object.entries(parameterTable([kind])).map(([name, { title, tooltip, shape, usual }]) => ({
      name,
      title,
      tooltip,
      collectionType: shape,
      ...(usual === undefined ? {} : { string: usual }),
    })),
  )
