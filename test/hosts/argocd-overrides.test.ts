import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { helm } from '../lab/chart-repository.ts'
import { programDirectory } from '../lab/programs.mjs'
import { bareBuild, differences } from './charts-ground.ts'
import { tortoise, writeFiles } from './program.ts'

interface Parameter {
  readonly name: string
  readonly value?: string
  readonly path?: string
  readonly forceString?: boolean
}
interface ArgoSource {
  readonly helm?: {
    readonly valuesObject?: JsonObject
    readonly parameters?: readonly Parameter[]
    readonly fileParameters?: readonly Parameter[]
  }
  readonly kustomize?: { readonly patches?: readonly JsonObject[] }
}

const work = mkdtempSync(join(tmpdir(), 'tortoise-argocd-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const application = (name: string, path: string, source: ArgoSource): string =>
  stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: 'https://git.example.com/acme/gitops', targetRevision: 'main', path, ...source },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'web' },
    },
  })

const deployment = (resources: string, note = ''): string =>
  [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    '  name: web',
    `  annotations: {note: ${note === '' ? 'none' : note}}`,
    'spec:',
    '  selector: {matchLabels: {app: web}}',
    '  template:',
    '    metadata: {labels: {app: web}}',
    '    spec:',
    '      containers:',
    '        - name: web',
    '          image: web',
    `          resources: ${resources}`,
    '',
  ].join('\n')

const chart = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml':
    'resources:\n  requests:\n    cpu: 100m\n    memory: 128Mi\nnote: ""\nscript: ""\nlist: []\n',
  'charts/web/templates/web.yaml': deployment(
    '{{ toJson .Values.resources }}',
    '{{ printf "%v %s %v" .Values.note .Values.script .Values.list | quote }}',
  ),
}

function checkout(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(work, 'repository-'))
  writeFiles(root, files)
  return root
}

const sourceOf = (root: string): ArgoSource =>
  parse(readFileSync(join(root, 'apps/web.yaml'), 'utf8')).spec.source

/** What Argo CD runs for a chart: https://github.com/argoproj/argo-cd/blob/v3.2.0/util/helm/cmd.go */
function bareHelm(root: string): JsonObject {
  const { helm: options = {} } = sourceOf(root)
  const values = join(root, 'bare-values.yaml')
  writeFileSync(values, stringify(options.valuesObject ?? {}))
  const flags = (options.parameters ?? []).map(({ name, value = '', forceString = false }) => {
    const isList = value.startsWith('{') && value.endsWith('}')
    const escaped = isList ? value : value.replaceAll(/(?<!\\),/g, '\\,')
    return `--set${forceString ? '-string' : ''}=${name}=${escaped}`
  })
  const files = (options.fileParameters ?? []).map(
    ({ name, path = '' }) => `--set-file=${name}=${join('charts/web', path)}`,
  )
  return parse(helm(root, 'template', 'web', 'charts/web', '--values', values, ...flags, ...files))
}

/** What Argo CD runs for a kustomization: the patches are written into it. */
function bareKustomize(root: string): JsonObject | undefined {
  const { kustomize = {} } = sourceOf(root)
  const at = mkdtempSync(join(root, 'bare-'))
  writeFileSync(
    join(at, 'kustomization.yaml'),
    stringify({ resources: ['../base'], patches: kustomize.patches ?? [] }),
  )
  return bareBuild(at)[0]
}

/** Sets a value by the built program; what a bare program prints differently then. */
async function changedBy(root: string, value: string, render: (root: string) => JsonObject | undefined) {
  const before = render(root)
  const ended = await tortoise(
    ['set', 'apps/web.yaml', '--repo', root, '--workload', 'Deployment/web', '--set', value],
    { cwd: root, env: { PATH: [programDirectory('v35'), '/usr/bin', '/bin'].join(delimiter) } },
  )
  expect(ended).toMatchObject({ status: 0 })
  return differences(before, render(root))
}

const cpu = 'spec.template.spec.containers.0.resources.requests.cpu'
const memory = 'spec.template.spec.containers.0.resources.requests.memory'

describe('an override in an Application', () => {
  it.each<[string, ArgoSource, string, readonly string[]]>([
    [
      'goes to the parameter that wins over its values',
      {
        helm: {
          valuesObject: { resources: { requests: { cpu: '200m' } } },
          parameters: [{ name: 'resources.requests.cpu', value: '250m' }],
        },
      },
      'requests.cpu=300m',
      [`${cpu}: 250m → 300m`],
    ],
    [
      'goes to a parameter that stays a text',
      {
        helm: {
          parameters: [
            { name: 'resources.requests.cpu', value: '1', forceString: true },
            { name: 'note', value: '1e3', forceString: true },
          ],
        },
      },
      'requests.cpu=2',
      [`${cpu}: 1 → 2`],
    ],
    [
      'goes to the values where the parameters set others, of which one has commas and one is a file',
      {
        helm: {
          valuesObject: { resources: { requests: { cpu: '200m' } } },
          parameters: [
            { name: 'note', value: 'a,b' },
            { name: 'list', value: '{c,d}' },
          ],
          fileParameters: [{ name: 'script', path: '../../note.txt' }],
        },
      },
      'requests.memory=1Gi',
      [`${memory}: 128Mi → 1Gi`],
    ],
  ])('%s, as the bare Helm shows', async (_, source, value, changed) => {
    const root = checkout({
      ...chart,
      'note.txt': 'one line',
      'apps/web.yaml': application('web', 'charts/web', source),
    })
    expect(await changedBy(root, value, bareHelm)).toEqual(changed)
  })

  it('goes to its patches where two Applications read one base, as the bare kustomize shows', async () => {
    const base = {
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': deployment('{requests: {cpu: 100m, memory: 128Mi}}'),
      'apps/other.yaml': application('other', 'base', {}),
    }
    const patch = { patch: deployment('{requests: {memory: 256Mi}}') }
    const root = checkout({
      ...base,
      'apps/web.yaml': application('web', 'base', { kustomize: { patches: [patch] } }),
    })
    expect(await changedBy(root, 'requests.cpu=300m', bareKustomize)).toEqual([`${cpu}: 100m → 300m`])
    expect(await changedBy(root, 'requests.memory=1Gi', bareKustomize)).toEqual([`${memory}: 256Mi → 1Gi`])
  })

  it('is refused where a parameter would make Helm read a file of the machine', async () => {
    const file = join(work, 'outside.txt')
    writeFileSync(file, 'outside')
    const root = checkout({
      ...chart,
      'note.txt': 'one line',
      'apps/web.yaml': application('web', 'charts/web', {
        helm: { fileParameters: [{ name: `note=${file},script`, path: '../../note.txt' }] },
      }),
    })
    const ended = await tortoise(['trace', 'apps/web.yaml', '--repo', root], {
      cwd: root,
      env: { PATH: [programDirectory('v35'), '/usr/bin', '/bin'].join(delimiter) },
    })
    expect(ended.stdout + ended.stderr).toContain('as one parameter')
  })
})
