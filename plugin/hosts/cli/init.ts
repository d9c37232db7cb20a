import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command, Option } from 'commander'
import { combineSettings } from '../../../config/load.ts'
import type { Settings } from '../../../config/schema.ts'
import { stop } from '../../model/problem.ts'
import { terminal, terminalLines } from '../../model/text/terminal.ts'
import type { Checkout } from '../../run/checkout.ts'
import { requireCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { readSnapshots } from '../../run/observe/snapshots.ts'
import type { SettingsFlags } from '../../run/read-settings.ts'
import type { AssignedSources } from '../../run/survey/clusters.ts'
import { assignClusters } from '../../run/survey/clusters.ts'
import { type FormerProgram, formerPrograms } from '../../run/survey/former-rules.ts'
import { nothingFound, serverAdvice } from '../../run/survey/nothing-found.ts'
import { withoutCopies } from '../../run/survey/repeated.ts'
import { settingsText } from '../../run/survey/settings-text.ts'
import type { Survey } from '../../run/survey/survey.ts'
import { surveyWithCharts } from '../../run/survey/survey-with-charts.ts'
import { askServer, withNamespaces, withUsage } from '../../run/survey/with-usage.ts'
import { closingWords, guessesIn } from '../init/closing-words.ts'
import { editsOf, formerOf, formerWords } from '../init/former.ts'
import { knownFrom } from '../init/hints.ts'
import { operatorPlace, operatorWords, readGivenSettings } from '../init/operator-place.ts'
import { operatorText } from '../init/operator-text.ts'
import { workflowText } from '../init/workflow-text.ts'
import { withOperatorFile } from './settings-options.ts'
import { snapshotOption } from './snapshot-option.ts'

interface InitFlags extends Pick<SettingsFlags, 'operatorSettings' | 'sandbox'> {
  readonly repo?: string
  readonly cluster?: string
  readonly prometheus?: string
  readonly snapshot?: readonly string[]
  readonly context?: string
  readonly offline?: boolean
  readonly fetchCharts?: boolean
  readonly workflow?: boolean
  readonly from?: FormerProgram
  readonly switchOff?: boolean
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** `tortoise init`: writes a first `tortoise.yaml` and a workflow from the repository and the cluster. */
export function initCommand(host: Host): Command {
  return withOperatorFile(new Command('init'))
    .description(
      'write a first tortoise.yaml, operator settings and a workflow, from the repository and the cluster',
    )
    .option('--repo <dir>', 'root of the repository (default: the checkout of the current directory)')
    .option(
      '--cluster <name>',
      'write settings for this one cluster (default: one for each stage in the paths)',
    )
    .option('--prometheus <url>', 'base URL of the Prometheus (default: found in the cluster)')
    .addOption(snapshotOption())
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--offline', 'do not read a cluster')
    .option(
      '--fetch-charts',
      'fetch charts and bases from the servers that the repository names, and allow these in the operator settings',
    )
    .option('--workflow', 'write .github/workflows/tortoise.yml (default: if a remote is on GitHub)')
    .option('--no-workflow', 'write no workflow')
    .addOption(
      new Option('--from <program>', 'write rules for what the objects of another program say').choices([
        ...formerPrograms,
      ]),
    )
    .option(
      '--switch-off',
      'with --from: also set the mode of its objects in the repository to Off, so that they no longer change pods',
    )
    .option('--force', 'replace existing files')
    .option('--dry-run', 'print what would be written')
    .action(async (flags: InitFlags) => init(host, flags))
}

async function init(host: Host, flags: InitFlags): Promise<void> {
  const checkout = requireCheckout(host, flags.repo)
  const files = filesFor(checkout, flags)
  const place = operatorPlace(host, checkout.root, flags.operatorSettings)
  const operated = readGivenSettings(host, checkout, { flags, place })
  host.progress({ kind: 'stage', stage: 'discover', detail: checkout.root })
  const fetches = flags.fetchCharts === true
  const survey = await surveyWithCharts(host, { checkout, settings: operated, fetches })
  const proposed = fetches ? [] : survey.servers
  const { assigned, isFound, unclear } = await assignedBy(host, survey, { flags, operated })
  if (!isFound) throw nothingFound({ servers: proposed, skipped: survey.skipped })
  const former = await formerOf(checkout, flags, survey.objects)
  const settings = settingsText({ ...assigned, ...(former && { former }) })
  const operator = operatorText(assigned.clusters, { allow: survey.servers, isAllowed: fetches })
  // The settings that are written must be valid.
  combineSettings({
    main: { file: settingsFile, text: settings },
    operator: { file: 'operator.yaml', text: operator },
  })
  const texts = files.map((file) => ({
    file,
    path: join(checkout.root, file),
    text: file === settingsFile ? settings : workflowText(operator),
  }))
  const own =
    place.path !== undefined && place.isNew ? [{ file: place.path, path: place.path, text: operator }] : []
  const edits = flags.switchOff === true ? editsOf(former, checkout) : []
  for (const { file, path, text } of [...texts, ...own, ...edits]) {
    if (flags.dryRun === true) host.stdout(terminal`# ${file}\n${terminalLines(text)}\n`)
    else write(path, text)
  }
  if (flags.dryRun === true) {
    if (!place.isNew) host.stdout(terminal`${operatorWords(place, operator)}\n`)
    return
  }
  host.stdout(
    closingWords(
      { files, guesses: guessesIn([...texts, ...own]), unclear },
      { ...assigned, skipped: [...survey.skipped, ...assigned.skipped] },
      [
        ...(former === undefined ? [] : formerWords(former, flags.switchOff === true)),
        operatorWords(place, operator),
        ...(proposed.length === 0 ? [] : serverAdvice(proposed)),
      ],
    ),
  )
}

interface Assigned {
  readonly assigned: AssignedSources
  readonly isFound: boolean
  /** The clusters that usage is of, where no source is known to run in any of them. */
  readonly unclear: readonly string[]
}

/** The sources of a survey in their clusters, by what flags, the cluster and recorded usage say. */
async function assignedBy(
  host: Host,
  { found }: Pick<Survey, 'found'>,
  { flags, operated }: { readonly flags: InitFlags; readonly operated: Settings },
): Promise<Assigned> {
  const { snapshot, prometheus: url, offline } = flags
  const recorded = snapshot && readSnapshots(host, snapshot).observations
  // A URL that was found in the cluster may not be one of this network.
  const isAsked = recorded === undefined && url !== undefined && offline !== true
  const server = isAsked ? await askServer(host, url) : undefined
  const names = [...new Set(recorded?.map(({ cluster }) => cluster) ?? server?.recorded?.values ?? [])]
  const [only, ...others] = names
  const known = { names, ...(await knownFrom(host, flags, operated)) }
  const assigned = assignClusters(found, {
    ...(only === undefined || others.length > 0 ? {} : { cluster: only }),
    ...known,
  })
  const isFound = assigned.sources.length > 0
  const isNamed = assigned.clusters.some(({ name }) => names.includes(name))
  const unclear = recorded === undefined || names.length <= 1 || isNamed ? [] : names
  if (recorded !== undefined)
    return { assigned: withoutCopies(withNamespaces(assigned, recorded)), isFound, unclear }
  if (server === undefined || !isFound) return { assigned: withoutCopies(assigned), isFound, unclear }
  const used = await withUsage(host, assigned, { server, operated })
  return { assigned: withoutCopies(used), isFound, unclear }
}

const settingsFile = 'tortoise.yaml'
const workflowFile = '.github/workflows/tortoise.yml'

/** The files to write. Throws `usage` if one of them exists, unless `--force` or `--dry-run` is set. */
function filesFor({ root, gitdir }: Checkout, flags: InitFlags): readonly string[] {
  const files = [settingsFile, ...((flags.workflow ?? isOnGitHub(gitdir)) ? [workflowFile] : [])]
  const there = files.find((file) => existsSync(join(root, file)))
  if (there === undefined || flags.force === true || flags.dryRun === true) return files
  throw stop('usage', `${there} already exists`, {
    hint: 'Print what would be written with --dry-run, or replace the file with --force.',
  })
}

const isOnGitHub = (gitdir: string | undefined): boolean => {
  const file = join(gitdir ?? '', 'config')
  return (
    gitdir !== undefined && existsSync(file) && /url = .*github\.com[:/]/.test(readFileSync(file, 'utf8'))
  )
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
