import { runProgram } from '../../plugin/io/process.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import type { HelmSource, Renderer, RenderOptions } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { RendererPorts } from '../ports.ts'
import { inputContents, outputOf } from '../ports.ts'
import { helmInputs } from './inputs.ts'

const extraValuesFile = 'tortoise-extra-values.yaml'

/** Renders with `helm template`; no cluster, no plugins, no post-renderers, no fetching of dependencies. */
export function helmRenderer(ports: RendererPorts): Renderer<HelmSource> {
  return {
    inputs: helmInputs,
    render: async (source, view, options = {}) => {
      const { file } = await ports.programs.find('helm')
      const laid = await inputContents(view, await helmInputs(source, view))
      const extra = options.extraValues
      const files = extra === undefined ? laid : [...laid, { path: extraValuesFile, content: extra }]
      return withWorkspace(files, async (directory) => {
        const outcome = await runProgram({
          file,
          args: templateArguments(source, options),
          cwd: directory,
          env: helmEnvironment(directory),
          ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
        })
        return { source, objects: readObjects(source.path, outputOf(source, outcome, directory)) }
      })
    },
  }
}

function templateArguments(source: HelmSource, { dyed, extraValues }: RenderOptions): readonly string[] {
  const values = extraValues === undefined ? source.values : [...source.values, extraValuesFile]
  return [
    'template',
    source.release,
    `./${source.path}`,
    ...(source.namespace === undefined ? [] : ['--namespace', source.namespace]),
    ...values.flatMap((file) => ['--values', file]),
    ...(source.kubeVersion === undefined ? [] : ['--kube-version', source.kubeVersion]),
    ...(source.apiVersions ?? []).flatMap((version) => ['--api-versions', version]),
    ...(dyed === true ? ['--skip-schema-validation'] : []),
  ]
}

/** An environment with nothing of ours in it; every directory that Helm writes to lies in the workspace. */
const helmEnvironment = (directory: string): Readonly<Record<string, string>> => ({
  HOME: directory,
  PATH: '',
  HELM_CACHE_HOME: `${directory}/.helm/cache`,
  HELM_CONFIG_HOME: `${directory}/.helm/config`,
  HELM_DATA_HOME: `${directory}/.helm/data`,
  HELM_PLUGINS: `${directory}/.helm/plugins`,
})
