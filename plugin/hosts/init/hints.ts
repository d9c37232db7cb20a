import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Host } from '../../run/host.ts'
import { loginTo } from '../../run/observe/kubernetes.ts'
import type { ClusterHints } from '../../run/survey/clusters.ts'
import type { Live } from '../../run/survey/live.ts'

/** Flags that say what a repository does not. */
export interface HintFlags {
  readonly cluster?: string
  readonly prometheus?: string
  readonly context?: string
  readonly offline?: boolean
}

/** What is known from flags and the cluster. A cluster that cannot be read causes a warning. */
export async function knownFrom(
  host: Host,
  { cluster, prometheus, context, offline }: HintFlags,
  operated: Settings,
): Promise<ClusterHints> {
  const live = offline === true ? undefined : await readCluster(host, operated, context)
  const used = context ?? live?.context
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(used === undefined ? {} : { context: used }),
    ...(live === undefined ? {} : { live }),
  }
}

async function readCluster(
  host: Host,
  operated: Settings,
  context: string | undefined,
): Promise<Live | undefined> {
  const { KUBECONFIG, HOME = '', KUBERNETES_SERVICE_HOST } = host.env as Record<string, string | undefined>
  const configured =
    KUBECONFIG !== undefined ||
    existsSync(join(HOME, '.kube/config')) ||
    KUBERNETES_SERVICE_HOST !== undefined
  if (context === undefined && !configured) return undefined
  host.progress({ kind: 'stage', stage: 'read', detail: 'the cluster of the kubeconfig' })
  try {
    const login = loginTo(host, operated, { context })
    return await (await import('../../run/survey/live.ts')).readLive(host, login)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [{ code, message, hint } = { code: 'usage', message: error.message, hint: '' }] = error.problems
    const remedy = code === 'settings.operator' ? `\n  ${hint}` : ''
    host.progress({ kind: 'warning', message: `${message}; only the repository is used${remedy}` })
    return undefined
  }
}
