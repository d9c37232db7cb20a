import { runProgram } from '../../plugin/io/process.ts'
import type { LaidFile } from '../../plugin/io/workspace.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import type {
  KindRenderer,
  KustomizeSource,
  RenderOptions,
  RepositoryView,
} from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { RendererPorts } from '../ports.ts'
import { boundsOf, inputContents, isolated, outputOf } from '../ports.ts'
import { additionsFile } from './additions.ts'
import { helmForKustomize, inflatesCharts } from './helm-charts.ts'
import { inputsToRender, kustomizeInputs } from './inputs.ts'
import { refuseRemote } from './remote.ts'

/**
 * Renders with `kustomize build`, or `kubectl kustomize` where only kubectl exists; no plugins, no functions, no remote
 * bases' credentials. Charts are rendered where they are vendored beside the kustomization.
 */
export function kustomizeRenderer(ports: RendererPorts): KindRenderer<KustomizeSource> {
  return {
    inputs: kustomizeInputs,
    render: async (source, view, options) => ({
      source,
      objects: readObjects(source.path, await buildKustomization(source, view, { ...ports, options })),
    }),
  }
}

/** What the bare program prints for a kustomization, byte for byte. */
export async function buildKustomization(
  source: KustomizeSource,
  view: RepositoryView,
  ports: RendererPorts & { readonly options?: RenderOptions | undefined },
): Promise<string> {
  const program = await ports.programs.find('kustomize', 'kubectl')
  const read = await inputsToRender(source, view)
  await refuseRemote(read, view)
  const inputs = await inputContents(view, read)
  const added = await additionsFile(source, view)
  const helm = inputs.some(isInflating)
    ? helmForKustomize((await ports.programs.find('helm')).file)
    : undefined
  const files = [...inputs.filter(({ path }) => path !== added?.path), ...[added, helm].flatMap(asList)]
  const verb = program.name === 'kustomize' ? 'build' : 'kustomize'
  return withWorkspace(files, async (directory) => {
    const outcome = await runProgram({
      file: program.file,
      args: [verb, `./${source.path}`, ...(helm ? helmFlags(`${directory}/${helm.path}`, source) : [])],
      cwd: directory,
      env: isolated(directory),
      ...boundsOf(ports, ports.options),
    })
    return outputOf(source, outcome, directory)
  })
}

const asList = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])

const helmFlags = (
  command: string,
  { kubeVersion, apiVersions = [] }: KustomizeSource,
): readonly string[] => [
  '--enable-helm',
  `--helm-command=${command}`,
  ...(kubeVersion === undefined ? [] : [`--helm-kube-version=${kubeVersion}`]),
  ...apiVersions.map((version) => `--helm-api-versions=${version}`),
]

const isInflating = ({ path, content }: LaidFile): boolean =>
  /\.ya?ml$|Kustomization$/.test(path) &&
  inflatesCharts(typeof content === 'string' ? content : new TextDecoder().decode(content))
