import { fieldKey, scheduleField } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { notRolledOut } from '../model/rollout.ts'
import type { Affix, Reach, ScalarSite, SharedField, Trace } from '../model/site.ts'
import { sourceChain } from '../model/source.ts'
import type { ValueRules } from '../model/value-rules.ts'
import type { TracePolicy } from './choose-site.ts'
import { chooseSite } from './choose-site.ts'
import { consideredLayers } from './considered-layers.ts'
import type { Candidate } from './dye/candidate.ts'
import type { TracedSource } from './dye/trace-source.ts'
import { valuesList } from './override/copied-list.ts'
import type { OverrideContext } from './override/override.ts'
import { overrideOf, postRenderPatch } from './override/override.ts'
import { valuesKeys } from './override/values.ts'
import { traceSchedule } from './schedule/trace-schedule.ts'
import { schemaRules } from './schema-rules.ts'
import type { SourceFiles } from './sources/source-files.ts'
import { withUnreadVariables } from './unread-variables.ts'
import { unresolvedReason } from './unresolved-reason.ts'
import { addressOf, nowhere, shortAddress, unresolved } from './unresolved-trace.ts'
import { untracedReaders } from './untraced-readers.ts'
import { withTitles } from './with-titles.ts'

/** What traces are resolved with. */
export interface TraceContext extends OverrideContext {
  /** The fields that take their value from a source line, by source line, over all traced sources. */
  readonly users: ReadonlyMap<string, readonly SharedField[]>
  /** Sources that could not be traced, by each file they read: they may take a value from any of these files. */
  readonly untraced: ReadonlyMap<string, readonly SourceFiles[]>
  readonly policy: TracePolicy
  /** Whether traces list the layers that are overridden. */
  readonly explains: boolean
}

/** Collects once, for all traces, which sources read which file and which fields use which source line. */
export function traceContext(
  traced: readonly TracedSource[],
  { sharers, untraced, rest }: OtherSources,
): TraceContext {
  const all = byFile([...sharers, ...untraced.filter((one) => !sharers.includes(one))])
  const readers = new Map([...all].map(([file, sources]) => [file, sources.map(({ source }) => source)]))
  return { ...rest, users: siteUsers(traced), untraced: byFile(untraced), readers }
}

/** The sources that read the same files as those traced. */
interface OtherSources {
  readonly sharers: readonly SourceFiles[]
  readonly untraced: readonly SourceFiles[]
  readonly rest: Omit<TraceContext, 'users' | 'untraced' | 'readers'>
}

function byFile(sources: readonly SourceFiles[]): ReadonlyMap<string, readonly SourceFiles[]> {
  const readers = new Map<string, SourceFiles[]>()
  for (const one of sources) {
    for (const file of one.files) {
      const known = readers.get(file)
      if (known === undefined) readers.set(file, [one])
      else known.push(one)
    }
  }
  return readers
}

/** The traces of fields of one source, with the reach of each source line over all traced sources. */
export async function resolveTraces(
  traced: TracedSource,
  fields: readonly ManifestField[],
  context: TraceContext,
): Promise<readonly Trace[]> {
  const { users, policy, renderer } = context
  const shown = (text: string): string => renderer.shown?.(text) ?? text
  return Promise.all(
    fields.map(async (field): Promise<Trace> => {
      const { objects, rollouts = [] } = traced.rendering
      const ignored = notRolledOut(objects[field.object], field.path, rollouts.at(-1))
      if (ignored !== undefined) return nowhere(traced, field, ignored)
      if (field.field === scheduleField) return withTitles(await traceSchedule(traced, field, context), shown)
      const origin = traced.origins.get(fieldKey(field)) ?? { kind: 'unknown' }
      if (origin.kind !== 'scalar')
        return withTitles(await unresolved(traced, field, { origin, context }), shown)
      // The default of a placeholder that nothing fills is part of a text, and no value.
      if (field.value.includes('${')) return nowhere(traced, field, await unresolvedReason(traced, field))
      const candidate = withUnreadVariables(origin.candidate, rollouts)
      const undeclared = ignoredDeclaration(candidate, traced)
      if (undeclared !== undefined) return nowhere(traced, field, undeclared)
      const site = scalarSite(candidate, origin.affix)
      const using = users.get(siteKey(candidate)) ?? []
      const sharedWith = using.filter((user) => !isSame(user, traced, field))
      const readers = await untracedReaders(candidate, traced, context)
      const alone = sharedWith.length === 0 && readers.length === 0
      const { copyLists } = policy
      const override = await overrideOf({ traced, field, candidate, site, context, alone, copyLists })
      const list = override === null ? await valuesList(candidate, context.view) : undefined
      const rules = await rulesFor(candidate, traced, context)
      const considered = context.explains
        ? { considered: await consideredLayers(candidate, traced.inputs, context.view) }
        : {}
      const isSharedInside = sharedWith.some(({ source }) => source === traced.source.id)
      const separate = isSharedInside ? await postRenderPatch(traced, field, context) : null
      const answer = {
        ...{ site, reach: reachOf(using), override: override ?? separate, sharedWith, ...considered },
        ...(separate === null ? {} : { separate }),
      }
      const trace = {
        ...addressOf(traced, field),
        ...answer,
        ...chooseSite(candidate, { ...answer, readers, list }, policy),
        ...(rules === undefined ? {} : { rules }),
      }
      return withTitles(trace, shown)
    }),
  )
}

/** What the schemas of the source's charts allow as the value of a candidate. */
async function rulesFor(
  candidate: Candidate,
  traced: TracedSource,
  context: TraceContext,
): Promise<ValueRules | undefined> {
  const keys = candidate.role === 'template' ? undefined : valuesKeys(candidate, traced)[0]
  return keys && schemaRules(keys, traced.inputs, context.view)
}

/** Why a change of the object that declares a source is not rolled out, where a scalar in that object sets the field. */
function ignoredDeclaration(
  { levelsUp = 0, path }: Candidate,
  { source, rendering: { rollouts = [] } }: TracedSource,
): string | undefined {
  const declaring = sourceChain(source).at(-levelsUp)?.declaredBy
  if (levelsUp === 0 || declaring === undefined) return undefined
  const { kind, name, namespace } = declaring
  const object = { apiVersion: apiVersions[kind] ?? '', kind, metadata: { name, namespace } }
  const inside = path.filter((step) => step !== '|')
  return notRolledOut(object, inside, rollouts.at(-1 - levelsUp))
}

/** The API versions of objects that declare sources, as far as rules about them name their group. */
const apiVersions: Readonly<Record<string, string>> = {
  Application: 'argoproj.io/v1alpha1',
  ApplicationSet: 'argoproj.io/v1alpha1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
}

const siteKey = ({ file, range }: Candidate): string => `${file}:${range[0]}`

const isSame = (user: SharedField, { source }: TracedSource, field: ManifestField): boolean =>
  user.source === source.id && fieldKey(user) === fieldKey(field)

function siteUsers(all: readonly TracedSource[]): ReadonlyMap<string, readonly SharedField[]> {
  const users = new Map<string, SharedField[]>()
  for (const { source, fields, origins } of all) {
    for (const field of fields) {
      const origin = origins.get(fieldKey(field))
      if (origin?.kind !== 'scalar') continue
      const key = siteKey(origin.candidate)
      const known = users.get(key) ?? []
      known.push({ source: source.id, ...shortAddress(field) })
      users.set(key, known)
    }
  }
  return users
}

function scalarSite(candidate: Candidate, affix: Affix | undefined): ScalarSite {
  const { file, line, column, document, path, range, text } = candidate
  return {
    kind: 'scalar',
    file,
    line,
    column,
    document,
    path,
    range,
    text,
    ...(affix === undefined ? {} : { affix }),
  }
}

function reachOf(using: readonly SharedField[]): Reach {
  const sources = [...new Set(using.map(({ source }) => source))]
  const containers = new Set(
    using.map((user) => [user.source, user.workload.kind, user.workload.name, user.container].join('/')),
  )
  return { sources, containers: containers.size }
}
