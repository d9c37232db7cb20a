import { Command, Option } from 'commander'
import { isField } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { stop } from '../../model/problem.ts'
import type { Trace } from '../../model/site.ts'
import type { Source } from '../../model/source.ts'
import { namespaceOf } from '../../model/source.ts'
import { json } from '../../model/text/data.ts'
import { workloadLabel } from '../../model/workload.ts'
import { traceFields } from '../../plan/trace-fields.ts'
import { jsonTraces } from '../../report/json/trace.ts'
import { paintOf } from '../../report/paint.ts'
import { terminalTraces } from '../../report/traces.ts'
import type { Host } from '../../run/host.ts'
import { traceAbsent } from '../../trace/absent-field.ts'
import type { SourceFlags } from './source-options.ts'
import { openSource, renderOpened, withSourceFlags } from './source-options.ts'
import { findContainer } from './target.ts'

interface TraceFlags extends SourceFlags {
  readonly workload?: string
  readonly container?: string
  readonly field?: string
  readonly output: 'table' | 'json'
}

/** `tortoise trace SOURCE`: prints the source line of each value. */
export function traceCommand(host: Host): Command {
  const command = withSourceFlags(
    new Command('trace').argument(
      '<source>',
      'directory of a kustomization, a chart or manifests, or a file with an Application or HelmRelease',
    ),
  )
  return command
    .description('print file:line:column of the source line of each value')
    .option('--workload <Kind/name>', 'only this workload (or autoscaler)')
    .option('--container <name>', 'only this container')
    .option('--field <field>', 'only this field, for example requests.cpu')
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['table', 'json']).default('table'),
    )
    .action(async (given: string, flags: TraceFlags) => {
      const traces = await trace(host, given, flags)
      host.stdout(flags.output === 'json' ? json(jsonTraces(traces)) : terminalTraces(traces, paintOf(host)))
    })
}

async function trace(host: Host, given: string, flags: TraceFlags): Promise<readonly Trace[]> {
  const { field } = flags
  if (field !== undefined && !isField(field)) {
    throw stop('usage', `${field} is not a field`, {
      hint: 'Fields are, for example, requests.cpu, limits.memory, env.GOMAXPROCS and hpa.target.cpu.',
    })
  }
  const opened = await openSource(host, given, flags)
  const rendered = await renderOpened(opened, [opened.source])
  const asked = new Set(rendered.map(({ source }) => source.id))
  const named = new Map(
    [...opened.sources, ...rendered.map(({ source }) => source)].map((one) => [one.id, one]),
  )
  const known = { named: [...named.values()], rendered }
  const isWanted = (_: Source, one: ManifestField): boolean => matches(one, flags)
  const { view, renderer } = opened
  const ports = { view, renderer, progress: host.progress, allowShared: false, explains: true, isWanted }
  const { sources, context, fields } = await traceFields(asked, known, ports)
  const found = [...fields.values()].map((field) => field.trace)
  const filtered = [flags.workload, flags.container, field].some((one) => one !== undefined)
  if (found.length > 0 || !filtered) return found
  if (field === undefined || flags.workload === undefined) {
    const fields = rendered.flatMap(({ source, objects }) => fieldsOf(objects, namespaceOf(source)))
    const workloads = [...new Set(fields.map(({ workload }) => workloadLabel(workload)))].join(', ')
    throw stop('usage', 'No field of this source matches --workload, --container and --field', {
      hint: `It has fields of ${workloads || 'no workload'}.`,
    })
  }
  const { workload, container, holder } = findContainer(rendered, flags.workload, flags.container)
  const traced = sources.find(({ source }) => source.id === holder.source.id)
  if (traced === undefined)
    throw stop('source.render', `${holder.source.id} does not render with marker values`)
  return [await traceAbsent({ workload, container, field }, traced, context)]
}

function matches(
  one: Pick<ManifestField, 'workload' | 'autoscaler' | 'container' | 'field'>,
  { workload, container, field }: TraceFlags,
): boolean {
  const labels = [
    workloadLabel(one.workload),
    ...(one.autoscaler === undefined ? [] : [workloadLabel(one.autoscaler)]),
  ]
  return (
    (workload === undefined || labels.includes(workload)) &&
    (container === undefined || one.container === container) &&
    (field === undefined || one.field === field)
  )
}
