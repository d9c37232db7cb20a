import type { ApplicationContext } from '../../../renderers/kind.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What a repo-server passes to a plugin about its Application. An Application outside the control plane's namespace is
 * called `<namespace>_<name>`.
 */
export const applicationFrom = (env: Environment): ApplicationContext => ({
  name: env['ARGOCD_APP_NAME']?.replace(/^.*_/, '').slice(0, 53),
  namespace: env['ARGOCD_APP_NAMESPACE'] || undefined,
  kubeVersion: env['KUBE_VERSION'] || undefined,
  apiVersions: (env['KUBE_API_VERSIONS'] ?? '').split(',').filter(Boolean),
})
