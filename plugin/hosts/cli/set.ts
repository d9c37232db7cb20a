import { constants } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { ChangesEntry } from '../../../config/changes.ts'
import type { FileEdit } from '../../model/edit.ts'
import { isContainerField } from '../../model/field.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { inParallel } from '../../model/parallel.ts'
import { stop } from '../../model/problem.ts'
import type { Rendering } from '../../model/source.ts'
import { namespaceOf, sourceChain } from '../../model/source.ts'
import { json } from '../../model/text/data.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { WantedValue } from '../../plan/set-values.ts'
import { setValues } from '../../plan/set-values.ts'
import { jsonSet } from '../../report/json/set.ts'
import { diffsOf, refusals, setSummary } from '../../report/set.ts'
import type { Host } from '../../run/host.ts'
import { readChanges } from './changes-file.ts'
import { Refused } from './exit-error.ts'
import type { OpenedRepository, SourceFlags } from './source-options.ts'
import { openRepository, renderOpened, sourceIn, withSourceFlags } from './source-options.ts'
import type { Assignment } from './target.ts'
import { findAutoscaled, findContainer, parseAssignment } from './target.ts'

interface SetFlags extends SourceFlags {
  readonly workload?: string
  readonly set?: readonly Assignment[]
  readonly changes?: string
  readonly allowShared?: boolean
  readonly allowTemplates?: boolean
  readonly copyLists?: boolean
  readonly keepGoing?: boolean
  readonly dryRun?: boolean
  readonly output: 'text' | 'json'
}

/** `tortoise set SOURCE`: traces, edits, proves, and writes the files. */
export function setCommand(host: Host): Command {
  const command = withSourceFlags(
    new Command('set').argument(
      '[source]',
      'directory of a kustomization, a chart or manifests, or a file with an Application or HelmRelease',
    ),
  )
  const collect = (text: string, before: readonly Assignment[] = []) => [...before, parseAssignment(text)]
  return command
    .description('change values in the source line that sets them, proved by rendering')
    .option('--workload <Kind/name>', 'the workload to change')
    .option('--set <[container.]field=value>', 'a value to set; repeatable', collect)
    .option(
      '--changes <file>',
      'a file with a list of {source, workload, set}, YAML or JSON, instead of SOURCE',
    )
    .option('--allow-shared', 'edit a source line even if it also sets other workloads or sources')
    .option('--allow-templates', 'edit sizes that are hard-coded in a template of a chart in this repository')
    .option('--copy-lists', 'override a value in a list of a chart by a copy of the whole list')
    .option('--keep-going', 'write what is proved even if some values are refused (exit code 1)')
    .option('--dry-run', 'print the change as a diff and write nothing')
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['text', 'json']).default('text'),
    )
    .action(async (given: string | undefined, flags: SetFlags) => set(host, asked(host, given, flags), flags))
}

/** The wanted values, from a file of changes or from the command line. */
function asked(host: Host, source: string | undefined, flags: SetFlags): readonly Wanted[] {
  const { changes, workload, set: assignments } = flags
  if (changes !== undefined && source === undefined && workload === undefined && assignments === undefined)
    return readChanges(host, changes).map((entry) => ({ ...entry, assignments: assignmentsOf(entry) }))
  if (changes !== undefined || source === undefined || workload === undefined || assignments === undefined) {
    throw stop('usage', 'Set needs a SOURCE with --workload and --set, or --changes FILE alone', {
      hint: 'For example: tortoise set apps/prod --workload Deployment/api --set app.requests.cpu=250m',
    })
  }
  const { values, release, namespace } = flags
  return [
    {
      source,
      workload,
      assignments,
      values: [...values],
      ...(release === undefined ? {} : { release }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  ]
}

type Wanted = Omit<ChangesEntry, 'set'> & { readonly assignments: readonly Assignment[] }

const assignmentsOf = ({ set: values }: ChangesEntry): readonly Assignment[] =>
  Object.entries(values).map(([key, value]) => parseAssignment(`${key}=${value}`))

async function set(host: Host, wanted: readonly Wanted[], flags: SetFlags): Promise<void> {
  const near = join(host.cwd, flags.repo ?? '', wanted[0]?.source ?? '')
  const repository = openRepository(host, flags, near)
  const { view, renderer } = repository
  const { rendered, named, values } = await resolveWanted(repository, wanted, flags)
  const { allowShared = false, allowTemplates = false, copyLists = false } = flags
  const ports = { view, renderer, progress: host.progress, allowShared, allowTemplates, copyLists }
  const result = await setValues(values, { named, rendered }, ports)
  const { proposal, skipped } = result
  const edits = skipped.length > 0 && flags.keepGoing !== true ? [] : (proposal?.edits ?? [])
  if (flags.dryRun !== true) await writeAll(repository.checkout.root, edits)
  if (flags.output === 'json') host.stdout(json(jsonSet(result, edits)))
  else if (edits.length > 0 && proposal !== undefined)
    host.stdout(flags.dryRun === true ? diffsOf(edits) : setSummary(proposal))
  if (skipped.length > 0) throw new Refused(refusals(skipped))
  if (edits.length === 0 && flags.output === 'text')
    host.stdout(terminal`Nothing to change: the values are set already.\n`)
}

/** Finds the sources, renders them, and finds the fields in their renderings. */
async function resolveWanted(repository: OpenedRepository, wanted: readonly Wanted[], flags: SetFlags) {
  const { kubeVersion, apiVersions } = flags
  const flagged = { apiVersions, ...(kubeVersion === undefined ? {} : { kubeVersion }) }
  const opened = await inParallel(wanted, ({ source, values = [], release, namespace }) =>
    sourceIn(repository, source, {
      ...flagged,
      values,
      purpose: 'edit',
      ...(release === undefined ? {} : { release }),
      ...(namespace === undefined ? {} : { namespace }),
    }),
  )
  const own = new Map(opened.map(({ source }) => [source.id, source]))
  const rendered = await renderOpened(repository, [...own.values()])
  const named = new Map(
    [...opened.flatMap(({ sources }) => sources), ...rendered.map(({ source }) => source)].map((one) => [
      one.id,
      one,
    ]),
  )
  const below = renderingsBelow(rendered)
  const values = wanted.flatMap(({ workload, assignments }, index) =>
    assignments.map((one) => wantedValue(one, workload, below.get(opened[index]?.source.id ?? '') ?? [])),
  )
  return { rendered, named: [...named.values()], values }
}

/** The renderings of each source, by its id, with those of the releases in it. */
function renderingsBelow(rendered: readonly Rendering[]): ReadonlyMap<string, readonly Rendering[]> {
  const below = new Map<string, Rendering[]>()
  for (const rendering of rendered) {
    for (const { id } of sourceChain(rendering.source)) below.set(id, [...(below.get(id) ?? []), rendering])
  }
  return below
}

function wantedValue(
  { container: named, field, value }: Assignment,
  label: string,
  rendered: readonly Rendering[],
): WantedValue {
  if (!isContainerField(field)) {
    const fields = rendered.flatMap(({ source, objects }) =>
      fieldsOf(objects, namespaceOf(source)).map((one) => ({ ...one, source: source.id })),
    )
    const known = findAutoscaled(
      fields.filter((one) => one.field === field && (named === undefined || one.container === named)),
      label,
    )
    if (known !== undefined) {
      const { workload, container, source } = known
      return { workload, ...(container === undefined ? {} : { container }), field, source, to: value }
    }
  }
  const { workload, container, holder } = findContainer(rendered, label, named)
  return { workload, container, field, source: holder.source.id, to: value }
}

/** Writes all files. Throws `path.missing` before the first write if one of them is not writable. */
async function writeAll(root: string, edits: readonly FileEdit[]): Promise<void> {
  for (const { file } of edits) {
    await access(join(root, file), constants.W_OK).catch((cause) => {
      throw stop('path.missing', 'The file cannot be written. No file was changed', {
        place: { file },
        hint: 'Make it writable.',
        cause,
      })
    })
  }
  await Promise.all(edits.map(({ file, after }) => writeFile(join(root, file), after)))
}
