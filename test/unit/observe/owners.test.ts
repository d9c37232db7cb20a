import { describe, expect, it } from 'vitest'
import { addOwners, emptyOwners, type Owners, workloadFinder } from '../../../plugin/observe/owners.ts'

const row = (labels: Readonly<Record<string, string>>) => ({
  labels: { namespace: 'shop', ...labels },
  times: [],
  values: [],
})

function filled(): Owners {
  const owners = emptyOwners()
  const pod = (name: string, kind: string, owner: string) =>
    row({ pod: name, owner_kind: kind, owner_name: owner })
  addOwners(owners.pods, 'pod', [
    pod('web-5d4f8c7b9-aaaaa', 'ReplicaSet', 'web-5d4f8c7b9'),
    pod('api-66b9c4d5f7-bbbbb', 'ReplicaSet', 'api-66b9c4d5f7'),
    pod('gone-7c6d5f4b8-ccccc', 'ReplicaSet', 'gone-7c6d5f4b8'),
    pod('bare-set-x', 'ReplicaSet', 'bare-set'),
    pod('db-0', 'StatefulSet', 'db'),
    pod('agent-ddddd', 'DaemonSet', 'agent'),
    pod('nightly-29770440-fffff', 'Job', 'nightly-29770440'),
    pod('weekly-29770440-ggggg', 'Job', 'weekly-29770440'),
    pod('import-hhhhh', 'Job', 'import'),
    pod('kafka-0', 'StrimziPodSet', 'kafka'),
    pod('lonely', '<none>', '<none>'),
    row({ pod: 'lonelier' }),
  ])
  addOwners(owners.replicaSets, 'replicaset', [
    row({ replicaset: 'web-5d4f8c7b9', owner_kind: 'Deployment', owner_name: 'web' }),
    row({ replicaset: 'api-66b9c4d5f7', owner_kind: 'Rollout', owner_name: 'api' }),
    row({ replicaset: 'bare-set' }),
  ])
  addOwners(owners.jobs, 'job_name', [
    row({ job_name: 'nightly-29770440', owner_kind: 'CronJob', owner_name: 'nightly' }),
    row({ job_name: 'import' }),
  ])
  return owners
}

describe('workloadFinder', () => {
  const find = workloadFinder(filled())
  const shown = (pod: string, finder = find): string => {
    const found = finder('shop', pod)
    if (found.kind === 'workload')
      return `${found.workload.apiVersion} ${found.workload.kind}/${found.workload.name}`
    return found.kind === 'other' ? `other ${found.owner}` : found.kind
  }

  it.each([
    ['web-5d4f8c7b9-aaaaa', 'apps/v1 Deployment/web'],
    ['api-66b9c4d5f7-bbbbb', 'argoproj.io/v1alpha1 Rollout/api'],
    ['gone-7c6d5f4b8-ccccc', 'apps/v1 Deployment/gone'],
    ['bare-set-x', 'other ReplicaSet'],
    ['db-0', 'apps/v1 StatefulSet/db'],
    ['agent-ddddd', 'apps/v1 DaemonSet/agent'],
    ['nightly-29770440-fffff', 'batch/v1 CronJob/nightly'],
    ['weekly-29770440-ggggg', 'batch/v1 CronJob/weekly'],
    ['import-hhhhh', 'batch/v1 Job/import'],
    ['kafka-0', 'other StrimziPodSet'],
    ['lonely', 'other '],
    ['lonelier', 'other '],
  ])('joins %s to %s', (pod, expected) => {
    expect(shown(pod)).toBe(expected)
  })

  it('guesses a missing owner only when another pod confirms it', () => {
    expect(shown('web-5d4f8c7b9-zzzzz')).toBe('apps/v1 Deployment/web')
    expect(shown('db-7')).toBe('apps/v1 StatefulSet/db')
    expect(shown('unknown-5d4f8c7b9-zzzzz')).toBe('unknown')
    expect(shown('unknown-5d4f8c7b9-zzzzz', workloadFinder(emptyOwners()))).toBe('apps/v1 Deployment/unknown')
  })

  it('returns one object per workload', () => {
    const [one, other] = ['web-5d4f8c7b9-aaaaa', 'web-5d4f8c7b9-zzzzz'].map((pod) => find('shop', pod))
    expect(one).toBe(other)
  })
})
