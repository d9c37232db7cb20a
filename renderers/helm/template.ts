import { runProgram } from '../../plugin/io/process.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { RenderOptions } from '../../plugin/model/renderer.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import type { RendererPorts } from '../ports.ts'
import { inputContents, isolatedEnvironment, limitsOf, outputOf } from '../ports.ts'
import { helmInputs } from './inputs.ts'
import type { HelmSource } from './source.ts'

/** Options of `helm template` beside the source. */
export interface TemplateOptions extends RenderOptions {
  /** Print the objects of `crds/` too. */
  readonly crds?: boolean
  /** Print test hooks too. */
  readonly tests?: boolean
  /** Skip the check against the chart's schema. */
  readonly unchecked?: boolean
  /** `name=value` pairs whose values are texts. */
  readonly texts?: readonly string[]
  /** Names with the files (paths in the repository) that hold their values. */
  readonly files?: readonly (readonly [name: string, file: string])[]
}

interface Template {
  readonly view: RepositoryView
  readonly options: TemplateOptions
}

/**
 * What `helm template` prints for a release, byte for byte. Rejects with `source.render` when Helm fails, or when a name
 * cannot be one of a release or namespace.
 */
export async function templateChart(
  source: HelmSource,
  { view, options }: Template,
  ports: RendererPorts,
): Promise<string> {
  checkNames(source)
  const { file } = await ports.programs.find('helm')
  const inputs = await inputContents(view, [...(await helmInputs(source, view)), ...parameterFiles(options)])
  const inline = inlineFiles(source, options)
  return withWorkspace([...inputs, ...inline], async (directory) => {
    const values = inline.map(({ path }) => path)
    const run = (more: Partial<TemplateOptions>) =>
      runProgram({
        file,
        args: templateArguments(source, values, { ...options, ...more }),
        cwd: directory,
        env: helmEnvironment(directory),
        ...limitsOf(ports, options),
      })
    const checked = await run({})
    // A schema that refers to a server cannot be read here; the templates can be rendered without it.
    const outcome = remoteSchema.test(checked.stderr) ? await run({ unchecked: true }) : checked
    return outputOf(source, outcome, directory)
  })
}

const parameterFiles = ({ files = [] }: TemplateOptions): readonly InputFile[] =>
  files.map(([, path]) => ({ path, at: path, role: 'other', topLayer: false }))

/** Names reach a command line, so they must be names by the rules of Kubernetes and Helm, never flags. */
function checkNames({ release, namespace, path }: HelmSource): void {
  if (release.length > 53 || !nameRule.test(release)) {
    throw stop('source.render', `${release} is not a valid name of a Helm release`, {
      place: { file: path },
      hint: 'Set release: to lower-case letters, digits and dashes, 53 characters at most.',
    })
  }
  if (namespace !== undefined && !nameRule.test(namespace)) {
    throw stop('source.render', `${namespace} is not a valid name of a namespace`, { place: { file: path } })
  }
}

const nameRule = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const remoteSchema = /failing loading "https?:/

/** Values that are in no file of the repository, as files of the workspace. */
function inlineFiles(
  { inlineValues = [] }: HelmSource,
  { extraValues }: RenderOptions,
): readonly { path: string; content: string }[] {
  const texts = extraValues === undefined ? inlineValues : [...inlineValues, extraValues]
  return texts.map((content, index) => ({ path: `tortoise-values-${index}.yaml`, content }))
}

function templateArguments(
  source: HelmSource,
  inline: readonly string[],
  options: TemplateOptions,
): readonly string[] {
  const flag = (name: string, given: unknown): readonly string[] => (given === true ? [`--${name}`] : [])
  return [
    'template',
    source.release,
    `./${source.path}`,
    ...flag('skip-tests', options.tests !== true),
    ...flag('include-crds', options.crds),
    ...flag('skip-schema-validation', options.marked === true || options.unchecked === true),
    ...(source.namespace === undefined ? [] : [`--namespace=${source.namespace}`]),
    ...[...source.values, ...inline].map((file) => `--values=./${file}`),
    ...(source.parameters ?? []).map((pair) => `--set=${pair}`),
    ...(options.texts ?? []).map((pair) => `--set-string=${pair}`),
    ...(options.files ?? []).map(([name, file]) => `--set-file=${name}=./${file}`),
    ...(source.kubeVersion === undefined ? [] : [`--kube-version=${source.kubeVersion}`]),
    ...(source.apiVersions ?? []).map((version) => `--api-versions=${version}`),
  ]
}

/** An environment without the caller's variables; every directory that Helm writes to is in the workspace. */
const helmEnvironment = (directory: string): Readonly<Record<string, string>> => ({
  ...isolatedEnvironment(directory),
  HELM_CACHE_HOME: `${directory}/.helm/cache`,
  HELM_CONFIG_HOME: `${directory}/.helm/config`,
  HELM_DATA_HOME: `${directory}/.helm/data`,
  HELM_PLUGINS: `${directory}/.helm/plugins`,
})
