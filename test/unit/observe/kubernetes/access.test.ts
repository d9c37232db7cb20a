import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accessRules, missingRules, printRules } from '../../../../plugin/observe/kubernetes/access.ts'

describe('access', () => {
  it('is published: the ClusterRole contains exactly the kinds that are read', () => {
    const published = readFileSync('config/deploy/base/rbac.yaml', 'utf8')
    expect(published).toContain(`${printRules(accessRules())}\n---`)
  })

  it('includes custom kinds from the settings', () => {
    const rules = accessRules([{ apiVersion: 'apps.kruise.io/v1', kind: 'CloneSet', plural: 'clonesets' }])
    expect(rules).toContainEqual({ group: 'apps.kruise.io', resources: ['clonesets'] })
  })

  it('lists only the kinds that were forbidden', () => {
    const unread = { kind: 'Pod', group: '', plural: 'pods', loss: '', expected: false }
    const absent = { ...unread, plural: 'jobs', group: 'batch', reason: 'absent' as const }
    expect(printRules(missingRules([{ ...unread, reason: 'forbidden' }, absent]))).toBe(
      'rules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get, list]',
    )
  })
})
