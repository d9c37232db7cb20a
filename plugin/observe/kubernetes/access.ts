import { type CustomKind, controllerKinds, customControllers, groupOf, otherKinds } from './kinds.ts'
import type { UnreadKind } from './lister.ts'

/** One rule of a Role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export interface AccessRule {
  readonly group: string
  readonly resources: readonly string[]
}

/** The rules for all kinds that are read, grouped by API group. The verbs are get and list for all of them. */
export function accessRules(kinds: readonly CustomKind[] = []): readonly AccessRule[] {
  const all = [...controllerKinds, ...customControllers(kinds), ...Object.values(otherKinds)]
  return grouped(all.map(({ api, plural }) => ({ group: groupOf(api), plural })))
}

/** The rules that are missing for kinds that were forbidden. */
export const missingRules = (unread: readonly UnreadKind[]): readonly AccessRule[] =>
  grouped(unread.filter(({ reason }) => reason === 'forbidden'))

function grouped(
  kinds: readonly { readonly group: string; readonly plural: string }[],
): readonly AccessRule[] {
  const groups = new Map<string, Set<string>>()
  for (const { group, plural } of kinds) groups.set(group, (groups.get(group) ?? new Set()).add(plural))
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([group, resources]) => ({ group, resources: [...resources].sort() }))
}

/** Prints rules as `rules:` of a ClusterRole. */
export const printRules = (rules: readonly AccessRule[]): string =>
  [
    'rules:',
    ...rules.flatMap(({ group, resources }) => [
      `  - apiGroups: [${group === '' ? '""' : group}]`,
      `    resources: [${resources.join(', ')}]`,
      '    verbs: [get, list]',
    ]),
  ].join('\n')
