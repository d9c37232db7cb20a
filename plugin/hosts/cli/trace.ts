import { Command, Option } from 'commander'
import type { FieldAddress } from '../../model/field.ts'
import { fieldKey, isField } from '../../model/field.ts'
import { stop } from '../../model/problem.ts'
import type { Trace } from '../../model/site.ts'
import { workloadLabel } from '../../model/workload.ts'
import { jsonTraces } from '../../report/json.ts'
import { ansi, plain } from '../../report/paint.ts'
import { terminalTraces } from '../../report/traces.ts'
import { traceAbsent } from '../../trace/absent.ts'
import { renderReleases } from '../../trace/expand.ts'
import { traceFields } from '../../trace-fields.ts'
import type { Host } from '../host.ts'
import type { OpenedSource, SourceFlags } from './source-options.ts'
import { openSource, withSourceFlags } from './source-options.ts'
import { findContainer } from './target.ts'

interface TraceFlags extends SourceFlags {
  readonly workload?: string
  readonly container?: string
  readonly field?: string
  readonly output: 'table' | 'json'
}

/** `tortoise trace SOURCE`: where in Git each value of a source is decided. */
export function traceCommand(host: Host): Command {
  const command = withSourceFlags(
    new Command('trace').argument('<source>', 'directory of a kustomization, a chart or manifests'),
  )
  return command
    .description('print file:line:column of the place in Git that decides each value')
    .option('--workload <Kind/name>', 'only this workload (or autoscaler)')
    .option('--container <name>', 'only this container')
    .option('--field <field>', 'only this field, requests.cpu for example')
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['table', 'json']).default('table'),
    )
    .action(async (given: string, flags: TraceFlags) => {
      const traces = await trace(host, given, flags)
      host.stdout(
        flags.output === 'json'
          ? `${JSON.stringify(jsonTraces(traces), null, 2)}\n`
          : terminalTraces(traces, host.colour ? ansi : plain),
      )
    })
}

async function trace(host: Host, given: string, flags: TraceFlags): Promise<readonly Trace[]> {
  const { field } = flags
  if (field !== undefined && !isField(field)) {
    throw stop('usage', `${field} is not a field`, {
      mend: 'Fields are requests.cpu, limits.memory, env.GOMAXPROCS, hpa.target.cpu and the like.',
    })
  }
  const opened = await openSource(host, given, flags)
  const { traced, traces, context } = await traceOpened(host, opened, false)
  const found = traces.filter((one) => matches(one, flags))
  const filtered = [flags.workload, flags.container, field].some((one) => one !== undefined)
  if (found.length > 0 || !filtered) return found
  if (field === undefined || flags.workload === undefined) {
    const known = [...new Set(traces.map(({ workload }) => workloadLabel(workload)))].join(', ')
    throw stop('usage', 'no field of this source fits --workload, --container and --field', {
      mend: `It has fields of ${known || 'no workload'}.`,
    })
  }
  const { workload, container, holder } = findContainer(traced, flags.workload, flags.container)
  return [await traceAbsent({ workload, container, field }, holder, context)]
}

/** Traces every field of an opened source and of the releases it holds, with reach over all sources that share its files. */
export async function traceOpened(host: Host, opened: OpenedSource, allowShared: boolean) {
  const { source, named, view, renderer, charts } = opened
  const own = await renderer.render(source, view)
  const below = { view, renderer, ...(charts === undefined ? {} : { charts }) }
  const { rendered: held, failed } = await renderReleases([own], below)
  for (const { source: release, reason } of failed)
    host.progress({ kind: 'warning', message: `passed over ${release.id}: ${reason}` })
  const rendered = [own, ...held]
  const asked = new Set(rendered.map((one) => one.source.id))
  const known = { named: [...named, ...held.map((one) => one.source)], rendered }
  const { sources, unseen, context, answers } = await traceFields(asked, known, {
    view,
    renderer,
    progress: host.progress,
    allowShared,
  })
  const traced = sources.filter((one) => asked.has(one.source.id))
  const fields = traced.flatMap((one) =>
    one.fields.flatMap((field) => answers.get(`${one.source.id}\0${fieldKey(field)}`) ?? []),
  )
  return { sources, unseen, context, traced, fields, traces: fields.map(({ trace: one }) => one) }
}

function matches(one: Trace & FieldAddress, { workload, container, field }: TraceFlags): boolean {
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
