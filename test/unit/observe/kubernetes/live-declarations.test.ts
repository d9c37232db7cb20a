import { expect, it } from 'vitest'
import { liveDeclarations } from '../../../../plugin/observe/kubernetes/live-declarations.ts'
import {
  applicationSchema,
  gitRepositorySchema,
  helmReleaseSchema,
} from '../../../../plugin/observe/kubernetes/rollout-objects.ts'

it('Applications, HelmReleases and GitRepositories are read with all of their spec, and with what is deployed', () => {
  const application = applicationSchema.parse({
    metadata: {
      name: 'web',
      namespace: 'argocd',
      ownerReferences: [{ kind: 'ApplicationSet', name: 'all', uid: 'x' }],
    },
    spec: {
      project: 'default',
      source: { repoURL: 'r', path: 'p', helm: { parameters: [{ name: 'cpu', value: '1' }] } },
      syncPolicy: { automated: {} },
    },
    status: { sync: { revision: 'abc' }, health: {} },
  })
  const several = applicationSchema.parse({
    metadata: { name: 'two' },
    spec: { sources: [{ repoURL: 'r', ref: 'values' }] },
    status: { sync: { revisions: ['abc', '1.2.3'] } },
  })
  const release = helmReleaseSchema.parse({
    metadata: { name: 'redis', namespace: 'shop' },
    spec: {
      chart: { spec: { chart: 'redis', version: '1.x', sourceRef: { kind: 'HelmRepository', name: 'r' } } },
      values: { a: { b: 1 } },
    },
    status: { history: [{ chartVersion: '1.4.2' }, { chartVersion: '1.4.1' }] },
  })
  const plain = helmReleaseSchema.parse({ metadata: { name: 'plain' }, spec: {} })
  const repository = gitRepositorySchema.parse({
    metadata: { name: 'base', namespace: 'flux-system' },
    spec: { url: 'https://git.example/base', ref: { branch: 'main' } },
    status: { artifact: { revision: `main@sha1:${'a'.repeat(40)}` } },
  })
  const unfetched = gitRepositorySchema.parse({ metadata: { name: 'new' }, spec: { url: 'u' } })
  const objects = {
    applications: [application, several],
    helmReleases: [release, plain],
    gitRepositories: [repository, unfetched],
  }
  expect(liveDeclarations(objects, 'prod')).toEqual([
    {
      cluster: 'prod',
      kind: 'Application',
      namespace: 'argocd',
      name: 'web',
      spec: application.spec,
      generator: 'all',
      revisions: ['abc'],
    },
    {
      cluster: 'prod',
      kind: 'Application',
      namespace: 'default',
      name: 'two',
      spec: { sources: [{ repoURL: 'r', ref: 'values' }] },
      revisions: ['abc', '1.2.3'],
    },
    {
      cluster: 'prod',
      kind: 'HelmRelease',
      namespace: 'shop',
      name: 'redis',
      spec: release.spec,
      revisions: ['1.4.2'],
    },
    { cluster: 'prod', kind: 'HelmRelease', namespace: 'default', name: 'plain', spec: {}, revisions: [] },
    {
      cluster: 'prod',
      kind: 'GitRepository',
      namespace: 'flux-system',
      name: 'base',
      spec: repository.spec,
      revisions: ['a'.repeat(40)],
    },
    {
      cluster: 'prod',
      kind: 'GitRepository',
      namespace: 'default',
      name: 'new',
      spec: { url: 'u' },
      revisions: [],
    },
  ])
  expect(application.spec).toMatchObject({
    source: { helm: { parameters: [{ name: 'cpu', value: '1' }] } },
    syncPolicy: { automated: {} },
  })
  expect(release.spec).toMatchObject({ values: { a: { b: 1 } }, chart: { spec: { version: '1.x' } } })
})
