import { runProgram } from '../../plugin/io/process.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import { stop } from '../../plugin/model/problem.ts'
import type {
  HelmSource,
  InputFile,
  KindRenderer,
  RenderOptions,
  RepositoryView,
} from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { RendererPorts } from '../ports.ts'
import { boundsOf, inputContents, isolated, outputOf } from '../ports.ts'
import { helmInputs } from './inputs.ts'

/** What `helm template` is asked for beside the source; Argo CD asks for other things than a trace needs. */
export interface TemplateOptions extends RenderOptions {
  /** Print the objects of `crds/` too. */
  readonly crds?: boolean
  /** Print test hooks too. */
  readonly tests?: boolean
  /** Leave out the check against the chart's schema. */
  readonly unchecked?: boolean
  /** `name=value` pairs whose values are texts. */
  readonly texts?: readonly string[]
  /** Names with the files (paths in the repository) that hold their values. */
  readonly files?: readonly (readonly [name: string, file: string])[]
}

/** Renders with `helm template`; no cluster, no plugins, no post-renderers, no fetching of dependencies. */
export function helmRenderer(ports: RendererPorts): KindRenderer<HelmSource> {
  return {
    inputs: helmInputs,
    render: async (source, view, options = {}) => ({
      source,
      objects: readObjects(source.path, await templateChart(source, { view, options }, ports)),
    }),
  }
}

interface Template {
  readonly view: RepositoryView
  readonly options: TemplateOptions
}

/** What the bare program prints for a release, byte for byte. */
export async function templateChart(
  source: HelmSource,
  { view, options }: Template,
  ports: RendererPorts,
): Promise<string> {
  checkNames(source)
  const { file } = await ports.programs.find('helm')
  const asked = (options.files ?? []).map(
    ([, path]): InputFile => ({ path, at: path, role: 'other', leaf: false }),
  )
  const laid = await inputContents(view, [...(await helmInputs(source, view)), ...asked])
  const inline = inlineFiles(source, options)
  return withWorkspace([...laid, ...inline], async (directory) => {
    const values = inline.map(({ path }) => path)
    const run = (more: Partial<TemplateOptions>) =>
      runProgram({
        file,
        args: templateArguments(source, values, { ...options, ...more }),
        cwd: directory,
        env: helmEnvironment(directory),
        ...boundsOf(ports, options),
      })
    const checked = await run({})
    // A schema that points to the web cannot be read here; the templates can still be rendered.
    const outcome = remoteSchema.test(checked.stderr) ? await run({ unchecked: true }) : checked
    return outputOf(source, outcome, directory)
  })
}

/** Names reach a command line: they must be what Kubernetes and Helm call names, never flags. */
function checkNames({ release, namespace, path }: HelmSource): void {
  if (release.length > 53 || !nameRule.test(release)) {
    throw stop('source.render', `${release} cannot be the name of a Helm release`, {
      place: { file: path },
      hint: 'Set release: to lower-case letters, digits and dashes, 53 characters at most.',
    })
  }
  if (namespace !== undefined && !nameRule.test(namespace)) {
    throw stop('source.render', `${namespace} cannot be the name of a namespace`, { place: { file: path } })
  }
}

const nameRule = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const remoteSchema = /failing loading "https?:/

/** Values that come from no file of the repository, as files of the workspace. */
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
    ...flag('skip-schema-validation', options.dyed === true || options.unchecked === true),
    ...(source.namespace === undefined ? [] : [`--namespace=${source.namespace}`]),
    ...[...source.values, ...inline].map((file) => `--values=./${file}`),
    ...(source.parameters ?? []).map((pair) => `--set=${pair}`),
    ...(options.texts ?? []).map((pair) => `--set-string=${pair}`),
    ...(options.files ?? []).map(([name, file]) => `--set-file=${name}=./${file}`),
    ...(source.kubeVersion === undefined ? [] : [`--kube-version=${source.kubeVersion}`]),
    ...(source.apiVersions ?? []).map((version) => `--api-versions=${version}`),
  ]
}

/** An environment with nothing of ours in it; every directory that Helm writes to lies in the workspace. */
const helmEnvironment = (directory: string): Readonly<Record<string, string>> => ({
  ...isolated(directory),
  HELM_CACHE_HOME: `${directory}/.helm/cache`,
  HELM_CONFIG_HOME: `${directory}/.helm/config`,
  HELM_DATA_HOME: `${directory}/.helm/data`,
  HELM_PLUGINS: `${directory}/.helm/plugins`,
})
