import { fieldKey } from '../../plugin/model/field.ts'
import { fieldsOf } from '../../plugin/model/manifest.ts'
import type { Proposal } from '../../plugin/model/proposal.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import type { ScalarSite, Trace } from '../../plugin/model/site.ts'
import type { RepositoryView, Source } from '../../plugin/model/source.ts'
import { namespaceOf } from '../../plugin/model/source.ts'
import { type ProposePorts, propose } from '../../plugin/plan/propose.ts'
import type { TracedField } from '../../plugin/plan/trace-fields.ts'

interface Ports {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** Edits the source line of a trace by hand, renders, and returns what is wrong when the field does not change. */
export async function mistakeIn(
  trace: Trace,
  sources: readonly Source[],
  { view, renderer }: Ports,
): Promise<string | undefined> {
  const source = sources.find(({ id }) => id === trace.source)
  const site = trace.site as ScalarSite
  const text = (await view.read(site.file))?.text ?? ''
  const edited = text.slice(0, site.range[0]) + another(site.text) + text.slice(site.range[1])
  const place = `${trace.source} ${trace.workload.kind}/${trace.workload.name} ${trace.container ?? ''} ${trace.field} at ${site.file}:${site.line}`
  if (source === undefined) return place
  try {
    const { objects } = await renderer.render(source, view.with(new Map([[site.file, edited]])))
    const after = fieldsOf(objects, namespaceOf(source)).find((field) => fieldKey(field) === fieldKey(trace))
    return after === undefined || after.value === trace.value ? place : undefined
  } catch (error) {
    return `${place}: ${error instanceof Error ? error.message.slice(0, 200) : ''}`
  }
}

/** An edit that was proved, or why none was. */
export type Tried = { readonly proposal: Proposal } | { readonly refutation: string }

/** Makes and proves the chosen edit of a field as a run does. */
export async function tryEdit(field: TracedField, ports: ProposePorts): Promise<Tried> {
  const refuted: Tried[] = []
  for (const to of [another(field.value), smaller(field.value), next(field.value)]) {
    const tried = await tryValue(to, field, ports)
    if ('proposal' in tried) return tried
    refuted.push(tried)
    // A value that no cluster takes says nothing of the place.
    if (!tried.refutation.includes('the API server would refuse it')) break
  }
  return refuted[0] ?? { refutation: 'nothing was tried' }
}

async function tryValue(
  to: string,
  { workload, container, field, path, trace }: TracedField,
  ports: ProposePorts,
): Promise<Tried> {
  const address = { workload, ...(container === undefined ? {} : { container }), field }
  const change = { because: [], together: '' }
  const { proposal, skipped } = await propose([{ ...address, to, trace, rendered: path, change }], ports)
  if (proposal !== undefined) return { proposal }
  const where = `${trace.source} ${workload.kind}/${workload.name} ${fieldKey(trace)}`
  return { refutation: `${where}: ${skipped[0]?.reason}` }
}

const withNumber = (text: string, change: (number: number) => number): string =>
  text.replace(/\d+(\.\d+)?/, (number) => String(change(Number(number))))

/** Other values of the same type. */
const another = (text: string): string => withNumber(text, (number) => number + 7)
const smaller = (text: string): string => withNumber(text, (number) => Math.max(1, Math.floor(number * 0.9)))
const next = (text: string): string => withNumber(text, (number) => number + 1)
