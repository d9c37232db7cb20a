import { factsOf } from '../../../../plugin/deliver/record/file-diff.ts'
import { provedChanges } from '../../../../plugin/deliver/record/proved-changes.ts'
import type { TrailedChange } from '../../../../plugin/deliver/record/trailers.ts'

/** A Deployment with one container that requests this CPU. */
export const deployment = (name: string, cpu: string, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: x
          resources:
            requests:
              cpu: ${cpu}
              memory: 200Mi
            limits:
              cpu: 900m
${more}`

/** A change that a commit message names: CPU of the Deployment `api`, unless said otherwise. */
export const claim = (
  from: string,
  to: string,
  parts: { key?: string; file?: string } = {},
): TrailedChange => ({
  key: 'shop/Deployment/api app requests.cpu',
  from,
  to,
  rules: [],
  file: 'a.yaml',
  ...parts,
})

/** A file before and after a commit, and what the message of the commit names. */
export interface Case {
  readonly before: string | undefined
  readonly after: string
  readonly claims?: readonly TrailedChange[]
  readonly file?: string
}

const half = claim('500m', '250m')
/** The changes of a commit message that the diff of one file proves. */
export const proved = ({ before, after, claims = [half], file = 'a.yaml' }: Case) =>
  provedChanges(
    claims,
    { file, before: before === undefined ? undefined : factsOf(before), after: factsOf(after) },
    { left: 1000 },
  )

/** The Deployment `api` with 500m of CPU. */
export const api = deployment('api', '500m')
const inPatch = (patch: string) => `resources: [../base]\npatches:\n${patch}`
/** A kustomization that patches the CPU of a Deployment. */
export const patchOf = (name: string, cpu: string, target = '') =>
  inPatch(`  - ${target}patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: ${name}
      spec:
        template:
          spec:
            containers:
              - name: app
                resources:
                  requests:
                    cpu: ${cpu}
`)
/** A kustomization that replaces one value of an object by a JSON patch. */
export const jsonPatch = (kind: string, path: string, value: string) =>
  inPatch(`  - target:
      kind: ${kind}
      name: api
    patch: |-
      - op: replace
        path: ${path}
        value: ${value}
`)
/** An HPA with a minimum and a target for CPU. */
export const hpa = (min: number, target: number, name = 'api') => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: any}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}
  minReplicas: ${min}
  maxReplicas: 9
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: ${target}}}
`
/** A change of a field of the HPA of `api`. */
export const onHpa = (field: string, from: string, to: string) =>
  claim(from, to, { key: `shop/Deployment/api - hpa.${field}` })
