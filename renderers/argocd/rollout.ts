import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { IgnoreRule, Rollout } from '../../plugin/model/rollout.ts'

/** How Argo CD rolls out the changes of an Application. `name` is what messages call it. */
export function rolloutOf(application: JsonObject, name: string): Rollout {
  const held = heldReason(application)
  const hydrated = textOf(valueAt(application, ['spec', 'sourceHydrator', 'syncSource', 'targetBranch']))
  const through = hydrated === undefined ? '' : ` after it hydrated branch ${hydrated}`
  const how = held === undefined ? 'automatically' : 'when somebody starts a sync'
  const ignores = listOf(valueAt(application, ['spec', 'ignoreDifferences'])).flatMap((one) =>
    rulesOf(one, name),
  )
  return {
    by: `Argo CD syncs ${name} ${how}${through}`,
    ...(held === undefined ? {} : { held: `${name} ${held}` }),
    ...(ignores.length === 0 ? {} : { ignores }),
  }
}

function heldReason(application: JsonObject): string | undefined {
  const skipped = valueAt(application, ['metadata', 'annotations', 'argocd.argoproj.io/skip-reconcile'])
  if (String(skipped) === 'true') return 'has the annotation skip-reconcile, so Argo CD does not sync it'
  const automated = valueAt(application, ['spec', 'syncPolicy', 'automated'])
  const isAutomated =
    automated !== undefined && automated !== null && valueAt(automated, ['enabled']) !== false
  return isAutomated ? undefined : 'has no automated sync'
}

function rulesOf(rule: Json, owner: string): readonly IgnoreRule[] {
  const text = (key: string): string | undefined => textOf(valueAt(rule, [key]))
  const [name, namespace] = [text('name'), text('namespace')]
  const paths = ['jsonPointers', 'jqPathExpressions'].flatMap((key) => listOf(valueAt(rule, [key])))
  return paths
    .flatMap((path) => textOf(path) ?? [])
    .map((path) => ({
      owner,
      group: text('group') ?? '',
      kind: text('kind') ?? '',
      ...(name === undefined || name === '' ? {} : { name }),
      ...(namespace === undefined || namespace === '' ? {} : { namespace }),
      path,
    }))
}
