import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Release of Kubernetes that the lab runs; the modules beside this file pin the same. */
export const kubernetesVersion = 'v1.34.2'

/** The directory of built parts. */
export const cache = cacheDirectory(`kubernetes-${kubernetesVersion}`)

/** Directory of custom resource definitions, one file each. */
export const definitions = join(cache, 'crds')

/**
 * Path of a program of the control plane: of KUBEBUILDER_ASSETS where it holds one, else of the cache.
 *
 * @param {'etcd' | 'kube-apiserver' | 'kube-controller-manager'} name
 * @returns {string | undefined}
 */
export function part(name) {
  const places = [process.env['KUBEBUILDER_ASSETS'], cache].flatMap((place) =>
    place ? [join(place, name)] : [],
  )
  return places.find((path) => existsSync(path))
}
