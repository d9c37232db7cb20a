import { listAround } from '../../model/cron-triggers.ts'
import type { JsonObject } from '../../model/json.ts'
import { textOf, valueAt } from '../../model/json.ts'
import { isScaledObject, triggersIn } from '../../model/scaler.ts'
import type { ListSite } from '../../model/site.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import { scalarsOf } from '../../yaml/scalars.ts'
import { applySplices } from '../../yaml/splice.ts'
import { positionOf } from '../override/insert-site.ts'
import { yamlInView } from '../yaml-in-view.ts'

/** A trigger in a file, with the list that it is in. */
interface WrittenTrigger {
  readonly site: ListSite
  readonly path: ListSite['path']
  readonly input: InputFile
}

/** The lists of triggers in the files of a source, and these files with a marker in place of the type of each trigger. */
export interface MarkedLists {
  readonly texts: ReadonlyMap<string, string>
  /** The trigger whose type a marker replaces. */
  readonly triggerOf: (marker: string) => WrittenTrigger | undefined
}

/** The types of the triggers of a ScaledObject, in order. */
export const triggerTypes = (object: JsonObject | undefined): readonly string[] =>
  triggersIn(object).map((trigger) => textOf(valueAt(trigger, ['type'])) ?? '')

/** The types of all triggers in a rendering. */
export const allTriggerTypes = (objects: readonly JsonObject[]): readonly (readonly string[])[] =>
  objects.filter(isScaledObject).map(triggerTypes)

/** Marks the type of every trigger that one of the given types names: the marker that is rendered shows the list it comes from. */
export async function markTriggers(
  inputs: readonly InputFile[],
  types: ReadonlySet<string>,
  view: RepositoryView,
): Promise<MarkedLists> {
  const texts = new Map<string, string>()
  const triggers = new Map<string, WrittenTrigger>()
  const files = new Map(inputs.filter(mayHold).map((input) => [input.path, input]))
  for (const [file, input] of files) {
    const yaml = await yamlInView(file, view)
    if (yaml === undefined) continue
    const found = scalarsOf(yaml).filter(({ value }) => types.has(value))
    const splices = found.flatMap(({ document, path, range, quote }) => {
      const list = listAround(path)
      if (list === undefined) return []
      const marker = `tortoise-type-${triggers.size}`
      const place = { file, ...positionOf(yaml, document, list.path), document, ...list }
      const site = { kind: 'list', ...place, triggers: [] } as const
      triggers.set(marker, { site, path: path.slice(0, -1), input })
      return [{ start: range[0], end: range[1], text: `${quote}${marker}${quote}` }]
    })
    if (splices.length > 0) texts.set(file, applySplices(yaml.text, splices))
  }
  return { texts, triggerOf: (marker) => triggers.get(marker) }
}

const mayHold = ({ role, path }: InputFile): boolean =>
  role !== 'template' && /\.(ya?ml|json)$|Kustomization$/.test(path)
