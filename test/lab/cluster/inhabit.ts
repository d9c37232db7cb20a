import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import { inParallel } from '../../../plugin/model/parallel.ts'
import type { ControlPlane } from './control-plane.ts'
import { definitions } from './parts.mjs'

type Object = Readonly<Record<string, unknown>>

/** Whether the definitions of VPA, KEDA, Argo and Flux are in the cache. */
export const hasDefinitions = (): boolean => existsSync(definitions) && readdirSync(definitions).length >= 8

/** A minimal definition for an operator whose module is not available. It accepts any object. */
const tortoises = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tortoises.autoscaling.mercari.com' },
  spec: {
    group: 'autoscaling.mercari.com',
    scope: 'Namespaced',
    names: { kind: 'Tortoise', plural: 'tortoises' },
    versions: [
      {
        name: 'v1beta3',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

/** Installs the definitions in a directory and waits until the server serves every kind. */
export async function installDefinitions(
  { call }: ControlPlane,
  directory: string = definitions,
): Promise<void> {
  const found = readdirSync(directory)
    .flatMap((file) => parseAllDocuments(readFileSync(join(directory, file), 'utf8')))
    .map((document) => document.toJS() as Object)
    .filter((object) => object?.['kind'] === 'CustomResourceDefinition')
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await inParallel([...found, tortoises], (one) => call('POST', path, one))
  const unserved = async (): Promise<boolean> => {
    const { items } = (await call('GET', path)) as { items: { status: { conditions?: Condition[] } }[] }
    return items.some(
      ({ status }) => !status.conditions?.some((one) => one.type === 'Established' && one.status === 'True'),
    )
  }
  for (let tries = 0; await unserved(); tries += 1) {
    if (tries > 3000) throw new Error('the custom resources are not served')
    await sleep(100)
  }
  // The server serves a path a moment after the definition is established.
  await sleep(1500)
}

interface Condition {
  readonly type: string
  readonly status: string
}

const container = {
  name: 'app',
  image: 'registry.example/app:1',
  resources: { requests: { cpu: '100m', memory: '64Mi' } },
}
const template = (app: string): Object => ({
  metadata: { labels: { app } },
  spec: { containers: [container] },
})

/** What `inhabit` creates. */
export interface Population {
  readonly namespaces: number
  /** Deployments in each namespace. Every five come with a StatefulSet, a DaemonSet, a CronJob and a Rollout. */
  readonly deployments: number
}

/** Fills a cluster with workloads and autoscalers of every kind, limits, and the objects that deploy them. */
export async function inhabit(
  { call }: ControlPlane,
  { namespaces, deployments }: Population,
): Promise<void> {
  const made: (() => Promise<unknown>)[] = []
  const put = (path: string, object: Object): void => void made.push(() => call('POST', path, object))
  for (let space = 0; space < namespaces; space += 1) {
    const namespace = `team-${space}`
    await call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
    for (let index = 0; index < deployments; index += 1) {
      const name = `api-${index}`
      put(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment(namespace, name, index))
      if (index % 5 === 0) for (const [path, object] of companions(namespace, index)) put(path, object)
    }
    for (const [path, object] of surroundings(namespace)) put(path, object)
  }
  await inParallel(made, (one) => one(), 8)
  await setStatus(call)
}

/** In turn: Argo CD's tracking id, Flux's labels, nothing. */
function deployment(namespace: string, name: string, index: number): Object {
  const marks = [
    { annotations: { 'argocd.argoproj.io/tracking-id': `shop:apps/Deployment:${namespace}/${name}` } },
    {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'apps',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
    },
    {},
  ][index % 3]
  return {
    metadata: { name, ...marks },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name) },
  }
}

function companions(namespace: string, index: number): readonly (readonly [string, Object])[] {
  const apps = `/apis/apps/v1/namespaces/${namespace}`
  const selector = (name: string): Object => ({
    selector: { matchLabels: { app: name } },
    template: template(name),
  })
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: `api-${index}` }
  return [
    [
      `${apps}/statefulsets`,
      { metadata: { name: `db-${index}` }, spec: { serviceName: 'db', ...selector(`db-${index}`) } },
    ],
    [`${apps}/daemonsets`, { metadata: { name: `agent-${index}` }, spec: selector(`agent-${index}`) }],
    [
      `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
      {
        metadata: { name: `report-${index}` },
        spec: {
          schedule: '17 4 * * *',
          jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
        },
      },
    ],
    [
      `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`,
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: `canary-${index}` },
        spec: { replicas: 1, ...selector(`canary-${index}`), strategy: { canary: {} } },
      },
    ],
    [
      `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
      {
        metadata: { name: `api-${index}` },
        spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 9, metrics },
      },
    ],
    [
      `/apis/autoscaling.k8s.io/v1/namespaces/${namespace}/verticalpodautoscalers`,
      {
        apiVersion: 'autoscaling.k8s.io/v1',
        kind: 'VerticalPodAutoscaler',
        metadata: { name: `api-${index}` },
        spec: { targetRef: target, updatePolicy: { updateMode: 'Off' } },
      },
    ],
  ]
}

const metrics = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
  {
    type: 'ContainerResource',
    containerResource: {
      name: 'memory',
      container: 'app',
      target: { type: 'AverageValue', averageValue: '200Mi' },
    },
  },
  {
    type: 'Pods',
    pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '100' } },
  },
  { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } } },
]

function surroundings(namespace: string): readonly (readonly [string, Object])[] {
  const core = `/api/v1/namespaces/${namespace}`
  return [
    [
      `${core}/limitranges`,
      { metadata: { name: 'bounds' }, spec: { limits: [{ type: 'Container', max: { memory: '8Gi' } }] } },
    ],
    [`${core}/resourcequotas`, { metadata: { name: 'quota' }, spec: { hard: { 'requests.cpu': '200' } } }],
    [
      `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
      { metadata: { name: 'api-0' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'api-0' } } } },
    ],
    [
      `/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects`,
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: 'api-1' },
        spec: {
          scaleTargetRef: { name: 'api-1' },
          minReplicaCount: 1,
          maxReplicaCount: 5,
          triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }],
        },
      },
    ],
    [
      `/apis/autoscaling.mercari.com/v1beta3/namespaces/${namespace}/tortoises`,
      {
        apiVersion: 'autoscaling.mercari.com/v1beta3',
        kind: 'Tortoise',
        metadata: { name: 'api-2' },
        spec: {
          targetRefs: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api-2' } },
          updateMode: 'Auto',
          autoscalingPolicy: [{ containerName: 'app', policy: { memory: 'Vertical' } }],
          resourcePolicy: [
            {
              containerName: 'app',
              minAllocatedResources: { memory: '32Mi' },
              maxAllocatedResources: { memory: '1Gi' },
            },
          ],
        },
      },
    ],
    [
      `${core}/pods`,
      {
        metadata: {
          name: 'db-0-0',
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db-0', uid: 'x', controller: true },
          ],
        },
        spec: { containers: [container] },
      },
    ],
  ]
}

/** What controllers and operators would write: a pod in CrashLoopBackOff after an OOM kill, and status of deployments. */
async function setStatus(call: ControlPlane['call']): Promise<void> {
  const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-09-10T10:00:00Z' }
  const pod = (await call('GET', '/api/v1/namespaces/team-0/pods/db-0-0')) as Object
  await call('PUT', '/api/v1/namespaces/team-0/pods/db-0-0/status', {
    ...pod,
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'app',
          image: 'registry.example/app:1',
          imageID: '',
          ready: false,
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated },
        },
      ],
    },
  })
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'argocd' } })
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
  await call('POST', '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop' },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc' },
      source: { repoURL: 'https://git.example/shop', path: 'overlays/prod', targetRevision: 'main' },
    },
  })
  await call('POST', '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet' },
    spec: { url: 'https://git.example/fleet', interval: '1m', ref: { branch: 'main' } },
  })
  await call('POST', '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations', {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps' },
    spec: {
      path: './apps',
      interval: '1m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
    },
  })
}
