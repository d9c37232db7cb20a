import { posix } from 'node:path'
import { stop } from '../../plugin/model/problem.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import type { ManifestRequest } from '../kind.ts'
import { applicationDetails, applicationPath, applicationVersions } from '../kind.ts'
import type { ParameterTable } from '../parameters.ts'
import { namespaceParameter, versionParameters } from '../parameters.ts'
import { escaped, isParameterName } from './assignments.ts'
import type { HelmSource } from './source.ts'
import type { TemplateOptions } from './template.ts'

/** The plugin parameters of an Application that renders a chart: those of Argo CD's own Helm source. */
export const chartParameters = {
  'release-name': {
    title: 'Release name',
    tooltip: 'Default: the name of the Application',
    shape: 'string',
  },
  ...namespaceParameter,
  'values-files': {
    title: 'Values files',
    tooltip: 'Weakest first; relative to the chart, or with a leading / to the root of the repository',
    shape: 'array',
  },
  values: { title: 'Values', tooltip: 'YAML that wins over the values files', shape: 'string' },
  'helm-parameters': { title: 'Helm parameters', tooltip: 'As --set', shape: 'map' },
  'helm-string-parameters': {
    title: 'Helm string parameters',
    tooltip: 'As --set-string',
    shape: 'map',
  },
  'helm-file-parameters': {
    title: 'Helm parameters from files',
    tooltip: 'As --set-file; paths as for values files',
    shape: 'map',
  },
  'ignore-missing-values-files': {
    title: 'Ignore missing values files',
    tooltip: 'true or false',
    shape: 'string',
    usual: 'false',
  },
  'include-crds': { title: 'Include CRDs', tooltip: 'true or false', shape: 'string', usual: 'true' },
  'skip-tests': { title: 'Skip test hooks', tooltip: 'true or false', shape: 'string', usual: 'false' },
  'skip-schema-validation': {
    title: 'Skip schema validation',
    tooltip: 'true or false',
    shape: 'string',
    usual: 'false',
  },
  ...versionParameters,
} as const satisfies ParameterTable

/** The chart that an Application describes, and the options of `helm template` that it asks for. */
export async function chartRequest(
  request: ManifestRequest,
): Promise<{ readonly source: HelmSource; readonly options: TemplateOptions }> {
  return { source: await chartSource(request), options: await templateOptions(request) }
}

async function chartSource(request: ManifestRequest): Promise<HelmSource> {
  const { path, application, parameters, view } = request
  const inline = parameters.text('values')
  const named = parameters.list('values-files').map((file) => applicationPath(path, file))
  return {
    kind: 'helm',
    ...applicationDetails(request),
    release: parameters.text('release-name') ?? application.name ?? (posix.basename(path) || 'release'),
    values: parameters.flag('ignore-missing-values-files') ? await existing(view, named) : named,
    inlineValues: inline === undefined ? [] : [inline],
    parameters: parameters.map('helm-parameters').map(assignment),
    ...applicationVersions(request),
  }
}

async function templateOptions({ path, parameters, view }: ManifestRequest): Promise<TemplateOptions> {
  const files = parameters.map('helm-file-parameters')
  return {
    crds: parameters.flag('include-crds'),
    tests: !parameters.flag('skip-tests'),
    unchecked: parameters.flag('skip-schema-validation'),
    texts: parameters.map('helm-string-parameters').map(assignment),
    files: await Promise.all(files.map((pair) => fileParameter(view, path, pair))),
  }
}

async function existing(view: RepositoryView, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map(async (file) => ((await view.kind(file)) === 'file' ? [file] : [])),
  )
  return found.flat()
}

/** `name=value` with commas escaped, since Helm reads what follows a comma as another assignment. */
const assignment = ([name, value]: readonly [string, string]): string => {
  checkName(name)
  return `${name}=${escaped(value)}`
}

function checkName(name: string): void {
  if (isParameterName(name)) return
  throw stop('usage', `${JSON.stringify(name)} is not a valid name of a Helm parameter`)
}

async function fileParameter(
  view: RepositoryView,
  source: string,
  [name, file]: readonly [string, string],
): Promise<readonly [string, string]> {
  checkName(name)
  const path = applicationPath(source, file)
  if (!/[,={}]/.test(path) && (await view.kind(path)) === 'file') return [name, path]
  throw stop('path.missing', 'there is no such file for a Helm parameter', { place: { file: path } })
}
