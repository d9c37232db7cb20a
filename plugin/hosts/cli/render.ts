import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { ApplicationContext } from '../../../renderers/kind.ts'
import { createKinds } from '../../../renderers/renderers.ts'
import { overlayText } from '../../edit/overlay.ts'
import { readBounded } from '../../io/read-bounded.ts'
import { openWorkTree } from '../../io/work-tree.ts'
import type { OverlayPlace } from '../../model/overlay.ts'
import { verbatim } from '../../model/text/data.ts'
import { readOverlays } from '../../plan/read-overlays.ts'
import type { Host } from '../../run/host.ts'
import { openPrograms } from '../../run/open-programs.ts'
import { namedOperatorFile, operatorPath } from '../../run/operator-file.ts'
import type { SettingsFlags } from '../../run/read-settings.ts'
import { sandboxFrom } from '../../run/sandbox-setting.ts'
import { detectKind } from '../../trace/sources/detect.ts'
import { applicationFrom } from '../cmp/application.ts'
import { generate } from '../cmp/generate.ts'
import { announcement, parameterTable } from '../cmp/parameter-table.ts'
import { readParameters } from '../cmp/parameters.ts'
import { placeOf } from '../cmp/place.ts'
import { withOperatorFile } from './settings-options.ts'

interface RenderFlags extends Pick<SettingsFlags, 'operatorSettings' | 'sandbox'> {
  readonly repo?: string
  readonly release?: string
  readonly namespace?: string
  readonly kubeVersion?: string
  readonly apiVersions: readonly string[]
  readonly values: readonly string[]
  readonly recommendations?: string
  readonly cluster?: string
  readonly parameters?: boolean
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text]

/** `tortoise render`: prints manifests with committed recommendations applied, for Argo CD's plugin and for pipes. */
export function renderCommand(host: Host): Command {
  return withOperatorFile(new Command('render'))
    .description(
      'print the manifests of a source with its committed recommendations (.tortoise/*.json) applied',
    )
    .argument(
      '[dir]',
      'directory of a chart, a kustomization or manifests; - reads manifests from stdin',
      '.',
    )
    .option(
      '--repo <dir>',
      'root of the repository; nothing outside it is read (default: the checkout of the directory)',
    )
    .option(
      '--recommendations <dir>',
      'directory of the recommendations, relative to the source (default: .tortoise)',
    )
    .option('--cluster <name>', 'also apply the recommendations in the directory of this cluster')
    .option('--release <name>', 'Helm release name')
    .option('--namespace <name>', 'namespace of objects without a namespace')
    .option(
      '--values <file>',
      'values file of a chart, relative to the chart; repeatable, the last one wins',
      collect,
      [],
    )
    .option('--kube-version <version>', 'Kubernetes version to render a chart for')
    .option('--api-versions <version>', 'API version that a chart may assume; repeatable', collect, [])
    .option('--parameters', 'print only the parameters that Argo CD can announce for the directory')
    .action(async (given: string, flags: RenderFlags) => {
      host.stdout(verbatim(given === '-' ? await filter(host, flags) : await render(host, given, flags)))
    })
}

async function render(host: Host, given: string, flags: RenderFlags): Promise<string> {
  const { root, path } = placeOf(host, given, flags.repo)
  const view = openWorkTree(root)
  const programs = openPrograms(host, await operatorSettings(host, root, flags), root)
  const kinds = createKinds({ programs, joined: true })
  const { kind } = await detectKind({ path, entries: await view.list(path) }, view, kinds)
  if (flags.parameters === true) return `${announcement(kind)}\n`
  const parameters = readParameters(
    host.env['ARGOCD_APP_PARAMETERS'],
    parameterTable(kinds),
    flagParameters(flags),
  )
  const application = applicationOf(host, flags)
  return generate(kind, { path, application, parameters, view }, host.progress)
}

/** The operator settings. Their schema is loaded only where there are some. */
async function operatorSettings(host: Host, root: string, flags: RenderFlags) {
  const file = operatorPath(host, flags.operatorSettings)
  if (file !== undefined && (existsSync(file) || namedOperatorFile(host, flags.operatorSettings)))
    return (await import('../../run/read-settings.ts')).readOperatorSettings(host, { root }, flags)
  const sandbox = flags.sandbox ?? sandboxFrom(host.env)
  return { programs: {}, ...(sandbox === undefined ? {} : { sandbox }) }
}

/** The flags that set the same as parameters. */
function flagParameters({ cluster, recommendations, values }: RenderFlags) {
  const texts = Object.entries({ cluster, recommendations }).filter(([, string]) => string !== undefined)
  return [
    ...texts.map(([name, string]) => ({ name, string })),
    ...(values.length > 0 ? [{ name: 'values-files', array: values }] : []),
  ]
}

function applicationOf(
  { env }: Host,
  { release, namespace, kubeVersion, apiVersions }: RenderFlags,
): ApplicationContext {
  const context = applicationFrom(env)
  return {
    name: release ?? context.name,
    namespace: namespace ?? context.namespace,
    kubeVersion: kubeVersion ?? context.kubeVersion,
    apiVersions: apiVersions.length > 0 ? apiVersions : context.apiVersions,
  }
}

const mostBytes = 256 * 1024 ** 2

/** Applies recommendations to manifests from stdin, for Helm's post-renderers and other pipes. */
async function filter(
  host: Host,
  { repo, recommendations = '.tortoise', cluster, namespace }: RenderFlags,
): Promise<string> {
  const directory = resolve(
    realpathSync(repo === undefined ? host.cwd : resolve(host.cwd, repo)),
    recommendations,
  )
  const place: OverlayPlace = { directory: '.', ...(cluster === undefined ? {} : { cluster }) }
  const overlays = await readOverlays(openWorkTree(directory), place)
  const { text, warnings } = overlayText(
    readBounded({ file: 0, shown: 'stdin', mostBytes }),
    overlays,
    namespace,
  )
  for (const message of warnings) host.progress({ kind: 'warning', message })
  return text
}
