import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Release of Kubernetes in the lab. The Go modules in this folder pin the same release. */
export const kubernetesVersion = 'v1.34.2'

/** The directory of built parts. */
export const cache = cacheDirectory(`kubernetes-${kubernetesVersion}`)

/** Directory of custom resource definitions, one file each. */
export const definitions = join(cache, 'crds')

/**
 * Path of a program of the control plane, from KUBEBUILDER_ASSETS or from the cache; `undefined` when neither has it.
 *
 * @param {'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler'} name
 * @returns {string | undefined}
 */
export function part(name) {
  const places = [process.env['KUBEBUILDER_ASSETS'], cache].flatMap((place) =>
    place ? [join(place, name)] : [],
  )
  return places.find((path) => existsSync(path))
}
