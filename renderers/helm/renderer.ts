import { runProgram } from '../../plugin/io/process.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { HelmSource, Renderer, RenderOptions } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { RendererPorts } from '../ports.ts'
import { inputContents, isolated, outputOf } from '../ports.ts'
import { helmInputs } from './inputs.ts'

/** Renders with `helm template`; no cluster, no plugins, no post-renderers, no fetching of dependencies. */
export function helmRenderer(ports: RendererPorts): Renderer<HelmSource> {
  return {
    inputs: helmInputs,
    render: async (source, view, options = {}) => {
      checkNames(source)
      const { file } = await ports.programs.find('helm')
      const laid = await inputContents(view, await helmInputs(source, view))
      const inline = inlineFiles(source, options)
      return withWorkspace([...laid, ...inline], async (directory) => {
        const files = inline.map(({ path }) => path)
        const run = (unchecked: boolean) =>
          runProgram({
            file,
            args: [...templateArguments(source, files), ...(unchecked ? ['--skip-schema-validation'] : [])],
            cwd: directory,
            env: helmEnvironment(directory),
            ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
          })
        const checked = await run(options.dyed === true)
        // A schema that points to the web cannot be read here; the templates can still be rendered.
        const outcome = remoteSchema.test(checked.stderr) ? await run(true) : checked
        return { source, objects: readObjects(source.path, outputOf(source, outcome, directory)) }
      })
    },
  }
}

/** Names reach a command line: they must be what Kubernetes and Helm call names, never flags. */
function checkNames({ release, namespace, path }: HelmSource): void {
  if (release.length > 53 || !nameRule.test(release)) {
    throw stop('source.render', `${release} cannot be the name of a Helm release`, {
      place: { file: path },
      mend: 'Set release: to lower-case letters, digits and dashes, 53 characters at most.',
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

function templateArguments(source: HelmSource, inline: readonly string[]): readonly string[] {
  return [
    'template',
    source.release,
    `./${source.path}`,
    '--skip-tests',
    ...(source.namespace === undefined ? [] : [`--namespace=${source.namespace}`]),
    ...[...source.values, ...inline].map((file) => `--values=./${file}`),
    ...(source.parameters ?? []).map((pair) => `--set=${pair}`),
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
