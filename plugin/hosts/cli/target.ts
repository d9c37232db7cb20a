import type { Field } from '../../model/field.ts'
import { autoscalerFields, containerFields, isContainerField } from '../../model/field.ts'
import { workloadsOf } from '../../model/manifest.ts'
import { stop } from '../../model/problem.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { TracedSource } from '../../trace/trace-source.ts'
import { namespaceOf } from '../../trace/trace-source.ts'

/** One `--set [container.]field=value`. */
export interface Assignment {
  readonly container?: string
  readonly field: Field
  readonly value: string
}

const names: readonly Field[] = [...containerFields, ...autoscalerFields]

/** Reads `[container.]field=value`; stops with what is expected when it is not that. */
export function parseAssignment(text: string): Assignment {
  const cut = text.indexOf('=')
  const [left, value] = [text.slice(0, cut), text.slice(cut + 1)]
  const field = names.find((name) => left === name || left.endsWith(`.${name}`))
  if (cut === -1 || value === '' || field === undefined) {
    throw stop('usage', `--set ${text} is not [container.]field=value`, {
      mend: `Fields are ${names.join(', ')}.`,
    })
  }
  const container = left.slice(0, -field.length).replace(/\.$/, '')
  return { field, value, ...(container === '' ? {} : { container }) }
}

/** A container of a workload, and the traced source that renders it. */
export interface Target {
  readonly workload: Workload
  readonly container: string
  readonly holder: TracedSource
}

/** Finds a workload among traced sources, and the container meant: the one named, or the only one. */
export function findContainer(traced: readonly TracedSource[], label: string, named?: string): Target {
  const workloads = traced.flatMap((holder) =>
    workloadsOf(holder.rendering.objects, namespaceOf(holder.source)).map((one) => ({ ...one, holder })),
  )
  const found = workloads.find(({ workload }) => workloadLabel(workload) === label)
  if (found === undefined) {
    const known = workloads.map(({ workload }) => workloadLabel(workload)).join(', ')
    throw stop('usage', `the source renders no ${label}`, { mend: `It renders ${known || 'no workloads'}.` })
  }
  const { workload, containers, holder } = found
  const main = containers.filter(({ role }) => role === 'main')
  const container = named ?? (main.length === 1 ? main[0]?.name : undefined)
  if (container !== undefined && containers.some(({ name }) => name === container))
    return { workload, container, holder }
  const what = named === undefined ? `${label} has several containers` : `${label} has no container ${named}`
  const names = containers.map(({ name }) => name).join(', ')
  throw stop('usage', what, { mend: `Name one of ${names}: --set ${main[0]?.name ?? 'app'}.requests.cpu=…` })
}

/** True when a field needs a container to be complete. */
export const needsContainer = (field: Field): boolean => isContainerField(field)
