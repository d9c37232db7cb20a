import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadSettings } from '../../config/load.ts'
import type { Json, JsonObject } from '../../plugin/model/json.ts'
import { valueAt } from '../../plugin/model/json.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'

const deploy = join(import.meta.dirname, '../../config/deploy')
const directory = mkdtempSync(join(tmpdir(), 'tortoise-deploy-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function build(kustomization: object): readonly JsonObject[] {
  writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization))
  const text = execFileSync('kubectl', ['kustomize', '--load-restrictor=LoadRestrictionsNone', directory], {
    encoding: 'utf8',
  })
  return readObjects('', text)
}

const at = (path: string): string => relative(directory, join(deploy, path))
const podOf = (object: JsonObject): Json | undefined =>
  valueAt(object, ['spec', 'template', 'spec']) ??
  valueAt(object, ['spec', 'jobTemplate', 'spec', 'template', 'spec'])

describe.each([
  ['the daemon', { resources: [at('daemon')] }],
  ['several replicas of it', { resources: [at('daemon')], components: [at('leader-election')] }],
  ['the CronJob', { resources: [at('cronjob')] }],
])('%s', (name, kustomization) => {
  const objects = build(kustomization)

  it('may read, and write nothing but its Lease', () => {
    const rules = objects.flatMap(({ kind, rules = [] }) =>
      (rules as readonly { resources: readonly string[]; verbs: readonly string[] }[]).map((rule) => ({
        kind,
        ...rule,
      })),
    )
    const writes = rules.filter(({ verbs }) => verbs.some((verb) => verb !== 'get' && verb !== 'list'))
    expect(writes.map(({ kind, resources }) => [kind, ...resources])).toEqual(
      name.startsWith('several')
        ? [
            ['Role', 'leases'],
            ['Role', 'leases'],
          ]
        : [],
    )
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('secrets')
  })

  it('runs without privileges on a read-only root', () => {
    const [pod] = objects.flatMap((object) => podOf(object) ?? [])
    expect(valueAt(pod, ['securityContext'])).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(valueAt(pod, ['containers', 0, 'securityContext'])).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    const mounted = (valueAt(pod, ['containers', 0, 'volumeMounts']) as readonly JsonObject[]).map(
      (one) => one['mountPath'],
    )
    expect(mounted).toEqual(['/etc/tortoise', '/var/lib/tortoise', '/tmp'])
  })

  it('is bounded by a network policy, and starts with settings that can be used', () => {
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toHaveLength(1)
    const settings = objects.find(({ kind }) => kind === 'ConfigMap')
    expect(
      loadSettings('tortoise.yaml', String(valueAt(settings, ['data', 'tortoise.yaml']))).deliver.base,
    ).toBe('main')
  })
})

describe('the sidecar of Argo CD', () => {
  it('joins the repo-server with a /tmp of its own and no token', () => {
    const server = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'argocd-repo-server' },
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: false,
            containers: [{ name: 'argocd-repo-server', image: 'argocd' }],
            volumes: [
              { name: 'var-files', emptyDir: {} },
              { name: 'plugins', emptyDir: {} },
              { name: 'tmp', emptyDir: {} },
            ],
          },
        },
      },
    }
    writeFileSync(join(directory, 'server.json'), JSON.stringify(server))
    const [patched] = build({
      resources: ['server.json'],
      components: [at('argocd-plugin')],
      images: [{ name: 'gitops-tortoise-plugin', newTag: '1' }],
    })
    const sidecar = (
      valueAt(patched, ['spec', 'template', 'spec', 'containers']) as readonly JsonObject[]
    ).find((one) => one['name'] === 'gitops-tortoise')
    expect(sidecar).toMatchObject({
      image: 'gitops-tortoise-plugin:1',
      command: ['/var/run/argocd/argocd-cmp-server'],
      securityContext: { runAsUser: 999, readOnlyRootFilesystem: true },
    })
    expect(
      ((sidecar?.['volumeMounts'] ?? []) as readonly JsonObject[]).find((one) => one['mountPath'] === '/tmp'),
    ).toEqual({ name: 'gitops-tortoise-tmp', mountPath: '/tmp' })
  })

  it.each(['argocd-plugin/plugin.yaml', 'helm-plugin/plugin.yaml'])(
    '%s names commands that the program has',
    (file) => {
      const text = readFileSync(join(deploy, file), 'utf8')
      expect(parse(text)).toBeTruthy()
      expect(text).toMatch(/command: (\[tortoise, render\]|tortoise)/)
    },
  )
})
