import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Release of Kubernetes that the lab runs; the modules beside this file pin the same. */
export const kubernetesVersion = 'v1.34.2'

/** Where built parts are kept, outside the repository, so that clones share them. */
export const cache = join(
  process.env['TORTOISE_LAB_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gitops-tortoise-lab'),
  `kubernetes-${kubernetesVersion}`,
)

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
