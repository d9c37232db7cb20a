import { stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { storefront } from './charts-ground.ts'

/** The file of a checkout that holds the release. */
export const releaseFile = 'apps/prod/release.yaml'

/** A release of the demo's storefront. */
export const release = (chart: object, values: JsonObject = storefront()) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'storefront', namespace: 'shop' },
  spec: { interval: '10m', ...chart, values },
})
/** Where Flux fetches from. */
export const source = (kind: string, spec: object) => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'shop', namespace: 'flux-system' },
  spec: { interval: '1h', ...spec },
})
/** The chart of a release, by the repository that {@link source} makes. */
export const fromRepository = (version: string) => ({
  chart: {
    spec: {
      chart: 'web',
      version,
      sourceRef: { kind: 'HelmRepository', name: 'shop', namespace: 'flux-system' },
    },
  },
})

/** Objects as one text of YAML. */
export const texts = (...objects: readonly object[]) => objects.map((one) => stringify(one)).join('---\n')
