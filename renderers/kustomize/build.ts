import { runConfined } from '../../plugin/io/confined.ts'
import { isolatedEnvironment } from '../../plugin/io/isolated-environment.ts'
import type { Outcome } from '../../plugin/io/process.ts'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'
import type { RenderOptions } from '../../plugin/model/renderer.ts'
import type { LoadRestrictor, RepositoryView } from '../../plugin/model/source.ts'
import { isOutsideRoot } from '../failure/describe-failure.ts'
import { mustSkipSchemas } from '../helm/schema-references.ts'
import { declaredRepositories } from '../origin/declared-repositories.ts'
import type { RendererPorts } from '../ports.ts'
import { inputContents, limitsOf, outputOf } from '../ports.ts'
import { additionsFile } from './additions.ts'
import { inflatesCharts } from './helm-charts.ts'
import { helmForKustomize, helmScript } from './helm-for-kustomize.ts'
import { inputsToRender } from './inputs.ts'
import { refuseRemoteCharts } from './remote.ts'
import type { KustomizeSource } from './source.ts'

/**
 * What `kustomize build` prints for a kustomization, byte for byte: without plugins, functions or credentials, and with
 * charts only where they are vendored. Rejects with `source.render` when kustomize fails, or when the kustomization takes
 * something from outside the repository.
 */
export async function buildKustomization(
  source: KustomizeSource,
  view: RepositoryView,
  ports: RendererPorts & { readonly options?: RenderOptions | undefined },
): Promise<string> {
  const program = await ports.programs.find('kustomize', 'kubectl')
  const { inputs: read, local } = await inputsToRender(source, view, ports)
  await refuseRemoteCharts(read, view)
  const inputs = (await inputContents(view, read)).map((one) => withText(one, local.get(one.path)))
  const added = await additionsFile(source, view, local)
  const helm = inputs.some(isInflating) ? (await ports.programs.find('helm')).file : undefined
  const verb = program.name === 'kustomize' ? 'build' : 'kustomize'
  const files = [...inputs.filter(({ path }) => path !== added?.path), ...asList(added)]
  const run = async (loadRestrictor: LoadRestrictor | undefined): Promise<Outcome> =>
    runConfined(
      {
        files,
        programs: [program, ...(helm === undefined ? [] : [{ name: 'helm', file: helm }])],
        ...(helm === undefined ? {} : { script: helmForKustomize(mustSkipSchemas(inputs)) }),
        args: (paths) => [
          verb,
          `./${source.path}`,
          ...(loadRestrictor === undefined ? [] : [`--load-restrictor=${loadRestrictor}`]),
          ...(helm === undefined ? [] : helmFlags(paths.program(helmScript), source)),
        ],
        env: isolatedEnvironment,
        ...limitsOf(source, ports, ports.options),
      },
      await ports.programs.sandbox([program.file, ...(helm === undefined ? [] : [helm])]),
    )
  const outcome = await run(source.loadRestrictor)
  // Flux does not restrict what it builds; the same directory may be named without its Kustomization.
  const again = isRestricted(source, outcome) && (await isBuiltByFlux(source, view))
  return outputOf(source, again ? await run('LoadRestrictionsNone') : outcome, {
    files,
    options: ports.options,
  })
}

/** Whether kustomize refuses a file because it is above the directory of a kustomization. */
const isRestricted = ({ loadRestrictor }: KustomizeSource, outcome: Outcome): boolean =>
  loadRestrictor === undefined && isOutsideRoot(outcome)

async function isBuiltByFlux({ path }: KustomizeSource, view: RepositoryView): Promise<boolean> {
  const { builtByFlux } = await declaredRepositories(view)
  return builtByFlux.has(path)
}

const withText = (file: WorkspaceFile, content: string | undefined): WorkspaceFile =>
  content === undefined ? file : { ...file, content }

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

const isInflating = ({ path, content }: WorkspaceFile): boolean =>
  /\.ya?ml$|Kustomization$/.test(path) &&
  inflatesCharts(typeof content === 'string' ? content : new TextDecoder().decode(content))
