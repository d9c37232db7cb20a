import { posix } from 'node:path'
import type { SourceKind } from '../plugin/model/renderer.ts'
import type { RepositoryView, Source } from '../plugin/model/source.ts'
import type { ParameterReader, ParameterTable } from './parameters.ts'
import type { RendererPorts } from './ports.ts'

/** What an Application says beside its plugin parameters; flags of `tortoise render` say the same. */
export interface ApplicationContext {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  readonly kubeVersion?: string | undefined
  readonly apiVersions: readonly string[]
}

/** What the Argo CD plugin is called with. */
export interface ManifestRequest {
  /** Directory of the source in the repository. */
  readonly path: string
  readonly application: ApplicationContext
  readonly parameters: ParameterReader
  readonly view: RepositoryView
}

/** The manifests of a source as text. */
export interface Manifests<S extends Source = Source> {
  readonly source: S
  readonly text: string
}

/**
 * Everything that the project needs to know of one kind of source. A kind is a folder beside this file that exports one
 * `CreateKind`, and a line in the list in `renderers.ts`.
 */
export interface RendererKind<S extends Source = Source> extends SourceKind<S> {
  /** What sources of this kind are called in messages: `charts`. */
  readonly plural: string
  /** Names of programs, any one of which renders sources of this kind; empty when none is needed. */
  readonly programs: readonly string[]
  /** What an Application can set with parameters of the Argo CD plugin. */
  readonly parameters: ParameterTable
  /** The manifests of the source that an Application describes, byte for byte as the bare program prints them. */
  manifests(request: ManifestRequest): Promise<Manifests<S>>
}

/** Makes a kind from what it needs of the outside. */
export type CreateKind = (ports: RendererPorts) => RendererKind

/** The id, path and namespace of the source that an Application describes. */
export function applicationDetails({
  path,
  application,
  parameters,
}: ManifestRequest): Pick<Source, 'id' | 'path' | 'namespace'> {
  const namespace = parameters.text('namespace') ?? application.namespace
  return { id: path, path, ...(namespace === undefined ? {} : { namespace }) }
}

/** The Kubernetes and API versions that charts are rendered for: those of parameters, else those of the destination. */
export function applicationVersions({ application, parameters }: ManifestRequest) {
  const kubeVersion = parameters.text('kube-version') ?? application.kubeVersion
  const apiVersions = parameters.list('api-versions')
  return {
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    apiVersions: apiVersions.length > 0 ? apiVersions : application.apiVersions,
  }
}

/** A path as an Application writes it: relative to the source, or with a leading slash to the root of the repository. */
export const applicationPath = (source: string, path: string): string =>
  posix.normalize(path.startsWith('/') ? `.${path}` : posix.join(source, path)).replace(/\/$/, '')
