import type { Field } from '../../model/field.ts'
import { autoscalerFields, containerFields, scheduleField } from '../../model/field.ts'
import { workloadsOf } from '../../model/manifest.ts'
import { stop } from '../../model/problem.ts'
import type { Rendering } from '../../model/source.ts'
import { namespaceOf } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import { namespacedLabel, workloadLabel } from '../../model/workload.ts'
import { isCalled } from '../../run/selected-workloads.ts'

/** One `--set [container.]field=value`. */
export interface Assignment {
  readonly container?: string
  readonly field: Field
  readonly value: string
}

const names: readonly Field[] = [...containerFields, ...autoscalerFields, scheduleField]

/** Parses `[container.]field=value`. Throws `usage` when the text has another form. */
export function parseAssignment(text: string): Assignment {
  const cut = text.indexOf('=')
  const [left, value] = [text.slice(0, cut), text.slice(cut + 1)]
  const field = names.find((name) => left === name || left.endsWith(`.${name}`))
  if (cut === -1 || value === '' || field === undefined) {
    throw stop('usage', `--set ${text} is not [container.]field=value`, {
      hint: `The fields are ${names.join(', ')}.`,
    })
  }
  const container = left.slice(0, -field.length).replace(/\.$/, '')
  return { field, value: value.trim(), ...(container === '' ? {} : { container }) }
}

/** A container of a workload, and the rendering with it. */
export interface Target {
  readonly workload: Workload
  readonly container: string
  readonly holder: Rendering
}

/** Finds a workload in renderings, and its container: the named one, or the only main one. Throws `usage` when either is not clear. */
export function findContainer(rendered: readonly Rendering[], label: string, named?: string): Target {
  const workloads = rendered.flatMap((holder) =>
    workloadsOf(holder.objects, namespaceOf(holder.source)).map((one) => ({ ...one, holder })),
  )
  const [found, ...more] = workloads.filter(({ workload }) => isCalled(label, workload))
  if (found === undefined) {
    const known = workloads.map(({ workload }) => workloadLabel(workload)).join(', ')
    throw stop('usage', `The source renders no ${label}`, { hint: `It renders ${known || 'no workloads'}.` })
  }
  if (more.length > 0) {
    const all = [found, ...more].map(({ workload }) => namespacedLabel(workload)).join(', ')
    throw stop('usage', `${label} is rendered more than once`, { hint: `Pass one of ${all}.` })
  }
  const { workload, containers, holder } = found
  const main = containers.filter(({ role }) => role === 'main')
  const container = named ?? (main.length === 1 ? main[0]?.name : undefined)
  if (container !== undefined && containers.some(({ name }) => name === container)) {
    return { workload, container, holder }
  }
  const what = named === undefined ? `${label} has several containers` : `${label} has no container ${named}`
  const names = containers.map(({ name }) => name).join(', ')
  throw stop('usage', what, { hint: `Pass one of ${names}: --set ${main[0]?.name ?? 'app'}.requests.cpu=…` })
}

/** Finds a field by the workload or by its autoscaler. Throws `usage` when several fields match. */
export function findAutoscaled<F extends FieldOfAutoscaler>(
  fields: readonly F[],
  label: string,
): F | undefined {
  const [found, ...more] = fields.filter(({ workload, autoscaler }) =>
    [workload, autoscaler].some((owner) => owner !== undefined && isCalled(label, owner)),
  )
  if (more.length === 0) return found
  throw stop('usage', `${label} has this field more than once`, {
    hint: 'Add the container of the metric: --set CONTAINER.hpa.target.cpu=…',
  })
}

interface FieldOfAutoscaler {
  readonly workload: Workload
  readonly autoscaler?: Workload
}
