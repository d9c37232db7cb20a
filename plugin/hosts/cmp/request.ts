import { posix } from 'node:path'
import type { TemplateOptions } from '../../../renderers/helm/renderer.ts'
import type { DirectoryOptions } from '../../../renderers/plain/text.ts'
import type { OverlayPlace } from '../../model/overlay.ts'
import { stop } from '../../model/problem.ts'
import type { DirectSource, RepositoryView } from '../../model/source.ts'
import { kustomizationAdditions } from './kustomization.ts'
import type { Parameters } from './parameters.ts'

/** What an Application says beside its parameters; flags of the command line say the same. */
export interface AppContext {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  readonly kubeVersion?: string | undefined
  readonly apiVersions: readonly string[]
}

/** What is rendered, with the options of its kind. */
export type Rendered =
  | {
      readonly kind: 'helm'
      readonly source: DirectSource & { kind: 'helm' }
      readonly options: TemplateOptions
    }
  | { readonly kind: 'kustomize'; readonly source: DirectSource & { kind: 'kustomize' } }
  | {
      readonly kind: 'plain'
      readonly source: DirectSource & { kind: 'plain' }
      readonly options: DirectoryOptions
    }

/** Everything that decides the manifests. */
export interface RenderRequest {
  readonly rendered: Rendered
  readonly overlays: OverlayPlace
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads what a repo-server hands to a plugin. An Application outside the control plane is called `<namespace>_<name>`. */
export const contextFrom = (env: Environment): AppContext => ({
  name: env['ARGOCD_APP_NAME']?.replace(/^.*_/, '').slice(0, 53),
  namespace: env['ARGOCD_APP_NAMESPACE'] || undefined,
  kubeVersion: env['KUBE_VERSION'] || undefined,
  apiVersions: (env['KUBE_API_VERSIONS'] ?? '').split(',').filter(Boolean),
})

/** What stands at a path, in the order in which Argo CD looks: a chart, a kustomization, else a directory of manifests. */
export async function kindOf(view: RepositoryView, path: string): Promise<DirectSource['kind']> {
  const names = (await view.list(path)).map(({ name }) => name)
  if (names.includes('Chart.yaml')) return 'helm'
  return names.some((name) => /^(kustomization\.ya?ml|Kustomization)$/.test(name)) ? 'kustomize' : 'plain'
}

interface Asked {
  readonly path: string
  readonly context: AppContext
  readonly parameters: Parameters
}

/** Puts the request together from what stands there, what the Application says and what its parameters say. */
export async function requestFor(view: RepositoryView, asked: Asked): Promise<RenderRequest> {
  const { path, context, parameters } = asked
  const cluster = parameters.text('cluster')
  const overlays = {
    directory: pathFrom(path, parameters.text('recommendations') ?? '.tortoise'),
    ...(cluster === undefined ? {} : { cluster }),
  }
  const namespace = parameters.text('namespace') ?? context.namespace
  const shared = { id: path, path, ...(namespace === undefined ? {} : { namespace }) }
  switch (await kindOf(view, path)) {
    case 'helm':
      return { rendered: await chartRequest(view, asked, shared), overlays }
    case 'kustomize':
      return { rendered: kustomizationRequest(asked, shared), overlays }
    case 'plain':
      return {
        rendered: {
          kind: 'plain',
          source: { kind: 'plain', ...shared },
          options: directoryOptions(parameters),
        },
        overlays,
      }
  }
}

function directoryOptions(parameters: Parameters): DirectoryOptions {
  const [include, exclude] = [parameters.text('directory-include'), parameters.text('directory-exclude')]
  return {
    recurse: parameters.flag('directory-recurse'),
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  }
}

type Shared = Pick<DirectSource, 'id' | 'path' | 'namespace'>

/** The versions that a chart is rendered for, a kustomization's charts too. */
const versions = ({ context, parameters }: Asked) => {
  const kubeVersion = parameters.text('kube-version') ?? context.kubeVersion
  const apiVersions = parameters.list('api-versions')
  return {
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    apiVersions: apiVersions.length > 0 ? apiVersions : context.apiVersions,
  }
}

function kustomizationRequest(asked: Asked, shared: Shared): Rendered {
  const additions = kustomizationAdditions(asked.parameters)
  return { kind: 'kustomize', source: { kind: 'kustomize', ...shared, ...versions(asked), additions } }
}

async function chartRequest(view: RepositoryView, asked: Asked, shared: Shared): Promise<Rendered> {
  const { path, context, parameters } = asked
  const inline = parameters.text('values')
  const named = parameters.list('values-files').map((file) => pathFrom(path, file))
  const values = parameters.flag('ignore-missing-values-files') ? await existing(view, named) : named
  return {
    kind: 'helm',
    source: {
      kind: 'helm',
      ...shared,
      release: parameters.text('release-name') ?? context.name ?? (posix.basename(path) || 'release'),
      values,
      inlineValues: inline === undefined ? [] : [inline],
      parameters: parameters.map('helm-parameters').map(assignment),
      ...versions(asked),
    },
    options: {
      crds: parameters.flag('include-crds'),
      tests: !parameters.flag('skip-tests'),
      unchecked: parameters.flag('skip-schema-validation'),
      texts: parameters.map('helm-string-parameters').map(assignment),
      files: await Promise.all(
        parameters.map('helm-file-parameters').map((pair) => fileParameter(view, path, pair)),
      ),
    },
  }
}

/** A path as an Application writes it: from the source, or with a leading slash from the root of the repository. */
const pathFrom = (source: string, path: string): string =>
  posix.normalize(path.startsWith('/') ? `.${path}` : posix.join(source, path)).replace(/\/$/, '')

async function existing(view: RepositoryView, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map(async (file) => ((await view.kind(file)) === 'file' ? [file] : [])),
  )
  return found.flat()
}

/** `name=value` for Helm, which would take what follows a comma for another assignment. */
const assignment = ([name, value]: readonly [string, string]): string => {
  checkName(name)
  return `${name}=${/^\{.*\}$/.test(value) ? value : value.replace(/(?<!\\),/g, '\\,')}`
}

function checkName(name: string): void {
  if (/^[^-,=][^,=]*$/.test(name)) return
  throw stop('usage', `${JSON.stringify(name)} cannot be the name of a Helm parameter`)
}

async function fileParameter(
  view: RepositoryView,
  source: string,
  [name, file]: readonly [string, string],
): Promise<readonly [string, string]> {
  checkName(name)
  const path = pathFrom(source, file)
  if (!/[,={}]/.test(path) && (await view.kind(path)) === 'file') return [name, path]
  throw stop('path.missing', 'there is no such file for a Helm parameter', { place: { file: path } })
}
