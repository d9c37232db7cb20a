import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import type { ControlPlane } from './control-plane.ts'

/** Creates the published ServiceAccount, its ClusterRole and their binding in the namespace `default`. */
export async function publishRole({ call }: Pick<ControlPlane, 'call'>): Promise<void> {
  const roles = parseAllDocuments(readFileSync('config/deploy/base/rbac.yaml', 'utf8'))
  for (const object of roles.map((one) => one.toJS())) {
    if (object.kind === 'ServiceAccount') {
      await call('POST', '/api/v1/namespaces/default/serviceaccounts', object)
      continue
    }
    const subjects = object.subjects && [{ ...object.subjects[0], namespace: 'default' }]
    const path = `/apis/rbac.authorization.k8s.io/v1/${object.kind.toLowerCase()}s`
    await call('POST', path, { ...object, ...(subjects && { subjects }) })
  }
}

/** Removes all rules of the published ClusterRole that name a kind of resource; the rest of a rule stays. */
export async function withdraw(
  { call }: Pick<ControlPlane, 'call'>,
  kinds: readonly string[],
): Promise<void> {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/gitops-tortoise'
  const role = (await call('GET', path)) as { rules: { resources: string[] }[] }
  const rules = role.rules
    .map((rule) => ({ ...rule, resources: rule.resources.filter((one) => !kinds.includes(one)) }))
    .filter(({ resources }) => resources.length > 0)
  await call('PUT', path, { ...role, rules })
}
