import type { V1Lease } from '@kubernetes/client-node'
import { openHttpLibrary } from '../../observe/kubernetes/http-library.ts'
import {
  type CredentialPlugins,
  type KubeConfigOptions,
  loadKubeConfig,
} from '../../observe/kubernetes/kube-config.ts'
import type { Lease, LeaseStore } from './lease.ts'

/** The address of the Lease. */
export interface LeasePlace {
  readonly namespace: string
  readonly name: string
}

/**
 * The Lease in the cluster of the daemon, or of the kubeconfig. Rejects like `loadKubeConfig`. This is the only code in the project that writes to a
 * cluster.
 */
export async function openLeaseStore(
  { namespace, name }: LeasePlace,
  login: KubeConfigOptions = {},
): Promise<LeaseStore> {
  const library = await import('@kubernetes/client-node')
  const config = await loadKubeConfig(new library.KubeConfig(), login)
  const lend: CredentialPlugins['lend'] = (use) => login.plugins?.lend(use) ?? use()
  const api = new library.CoordinationV1Api(
    library.createConfiguration({
      baseServer: new library.ServerConfiguration(config.getCurrentCluster()?.server ?? '', {}),
      authMethods: { default: config },
      httpApi: await openHttpLibrary(),
    }),
  )
  const statusOf = (error: unknown): unknown =>
    error instanceof library.ApiException ? error.code : undefined
  // The message of the library holds the headers and the body of the response.
  const failure = (error: unknown): unknown =>
    error instanceof library.ApiException
      ? new Error(`the API server answered with HTTP ${error.code}`)
      : error
  return {
    read: async () => {
      try {
        return leaseOf(await lend(() => api.readNamespacedLease({ namespace, name })))
      } catch (error) {
        if (statusOf(error) === 404) return undefined
        throw failure(error)
      }
    },
    write: async (lease) => {
      const body = bodyOf(lease, { namespace, name }, library.V1MicroTime)
      try {
        await lend(() =>
          lease.version === undefined
            ? api.createNamespacedLease({ namespace, body })
            : api.replaceNamespacedLease({ namespace, name, body }),
        )
        return true
      } catch (error) {
        if (statusOf(error) === 409) return false
        throw failure(error)
      }
    },
  }
}

function leaseOf({ metadata, spec }: V1Lease): Lease {
  const version = metadata?.resourceVersion
  return {
    holder: spec?.holderIdentity ?? '',
    // The library returns a string, although its type is a date.
    renewed: spec?.renewTime === undefined ? '' : String(new Date(spec.renewTime).getTime()),
    seconds: spec?.leaseDurationSeconds ?? 0,
    ...(version === undefined ? {} : { version }),
  }
}

type MicroTime = new () => NonNullable<NonNullable<V1Lease['spec']>['renewTime']>

function bodyOf(
  { holder, seconds, version }: Lease,
  { namespace, name }: LeasePlace,
  Time: MicroTime,
): V1Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name, ...(version === undefined ? {} : { resourceVersion: version }) },
    spec: { holderIdentity: holder, leaseDurationSeconds: seconds, renewTime: new Time() },
  }
}
