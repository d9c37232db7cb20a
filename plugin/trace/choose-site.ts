import { plural } from '../model/plural.ts'
import type { Site, Trace } from '../model/site.ts'
import type { Candidate } from './dye/candidate.ts'
import { isEnvFile } from './dye/env-lines.ts'
import type { ValuesList } from './override/copied-list.ts'

/** What settings allow a trace to choose. */
export interface TracePolicy {
  /** Edit a source line from which other sources or workloads take their value too. */
  readonly allowShared: boolean
  /** Edit sizes that are written in the template of a chart of this repository, where nothing else can set them. */
  readonly allowTemplates?: boolean
  /** Copy a list of values into an override. */
  readonly copyLists?: boolean
}

type Answer = Pick<Trace, 'override' | 'sharedWith' | 'site'> & {
  readonly readers: readonly string[]
  /** The list that an override would have to copy. */
  readonly list?: ValuesList | undefined
}

type Choice = Pick<Trace, 'chosen' | 'reason' | 'onlyShared'>

/** Whether to edit the source line or to override it, and why; `chosen` is `null` when neither is possible. */
export function chooseSite(
  { role, file, topLayer, frozen }: Candidate,
  { override, sharedWith, readers, list }: Answer,
  policy: TracePolicy,
): Choice {
  if (role === 'template') {
    const where = `hard-coded in the chart's template ${file}; no value of the chart reaches it`
    const isAlone = frozen === undefined && readers.length === 0 && sharedWith.length === 0
    if (override === null && policy.allowTemplates === true && isAlone) return { chosen: 'site' }
    return { chosen: override === null ? null : 'override', reason: where }
  }
  const overridden = overriding(override, policy.copyLists === true ? undefined : list)
  if (role === 'external') return overridden('a default of the chart, which is not in this repository')
  if (isEnvFile(file))
    return overridden('an edit of the source line also changes the ConfigMap that is generated from it')
  if (frozen !== undefined) return overridden(frozen)
  if (readers.length > 0) return overridden(`${listed(readers)} read the file too`)
  if (sharedWith.length === 0) {
    // The defaults of a chart are for all its releases, in this repository or elsewhere.
    const isDefault = role === 'chart-values' && !topLayer && override !== null
    return isDefault
      ? { chosen: 'override', reason: 'the source line is a default of the chart' }
      : { chosen: 'site' }
  }
  const others = plural(sharedWith.length, 'other field')
  if (policy.allowShared)
    return { chosen: 'site', reason: `also changes ${others}; shared edits are allowed` }
  const why = `an edit of the source line also changes ${others}`
  const { reason, ...choice } = overridden(why)
  const exception = choice.chosen === null ? '; one value for all of them can be set' : ''
  return { ...choice, reason: `${reason}${exception}`, onlyShared: true }
}

/** A few names, and how many more there are. */
const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`

/** The choice of an override with the reason for it, or the reason with why there is none. */
const overriding =
  (override: Site | null, uncopied: ValuesList | undefined) =>
  (why: string): Choice => {
    if (override === null) return { chosen: null, reason: `${why}, and ${withoutOverride(uncopied)}` }
    const copied = override.kind === 'insert' ? override.copied : undefined
    const cost = copied === undefined ? '' : `; the override copies a list of ${plural(copied.items, 'item')}`
    return { chosen: 'override', reason: why + cost }
  }

const withoutOverride = (uncopied: ValuesList | undefined): string =>
  uncopied === undefined
    ? 'this source has no place for an override'
    : `an override must copy the list ${uncopied.key} with its ${plural(uncopied.items, 'item')} (edit.copyLists or --copy-lists allows it)`
