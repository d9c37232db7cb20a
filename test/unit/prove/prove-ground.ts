import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import type { Intent } from '../../../plugin/model/proof.ts'
import type { Source } from '../../../plugin/model/source.ts'

/** The source that is rendered, unless said otherwise. */
export const apps: Source = { kind: 'plain', id: 'apps', path: 'apps', namespace: 'shop' }

interface Objects {
  readonly source?: Source
  readonly before: readonly JsonObject[]
  readonly after: readonly JsonObject[]
  readonly again?: readonly JsonObject[]
  readonly failure?: string
}

/** A source before and after edits, as it was rendered. */
export const rendered = ({ source = apps, before, after, again, failure }: Objects) => ({
  source,
  before: { source, objects: before },
  after: { source, objects: after },
  ...(again && { beforeAgain: { source, objects: again } }),
  ...(failure !== undefined && { failure }),
})

/** The Deployment that the intents name. */
export const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }

interface Container {
  readonly name?: string
  readonly cpu?: string
  readonly env?: Json
}

/** A Deployment with one container. */
export const deployment = ({ name = 'api', cpu = '1', env }: Container = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    template: {
      spec: { containers: [{ name: 'app', ...(env && { env }), resources: { requests: { cpu } } }] },
    },
  },
})

/** An intended CPU request, unless said otherwise. */
export const wants = (to: string, more: Partial<Intent> = {}): Intent => ({
  source: 'apps',
  workload,
  container: 'app',
  field: 'requests.cpu',
  to,
  ...more,
})

/** A ConfigMap with one value. */
export const configMap = (name: string, value: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value },
})
