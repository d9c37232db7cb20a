import type { KubeConfig, User } from '@kubernetes/client-node'
import { stop } from '../../model/problem.ts'

/** Which cluster to log in to, and with which credentials. */
export interface KubeConfigOptions {
  /** Text of a kubeconfig. Left out: KUBECONFIG, `~/.kube/config`, then the service account of the pod. */
  readonly kubeconfig?: string
  /** Directory that relative paths in `kubeconfig` start from. */
  readonly directory?: string
  /** Context of the kubeconfig; the current one when left out. */
  readonly context?: string
  /** Runs the credential plugins of users. Left out: such a user is refused. */
  readonly plugins?: CredentialPlugins
}

/** Runs the credential plugins (`exec`) that users of a kubeconfig name. */
export interface CredentialPlugins {
  /** Returns the absolute path of a plugin. Rejects with `program.missing` when there is none outside the repository. */
  readonly find: (command: string) => Promise<string>
  /** Calls `use` with the environment variables that plugins read. */
  readonly lend: <T>(use: () => Promise<T>) => Promise<T>
}

/**
 * Loads a kubeconfig into `config`. Rejects with `kubernetes.unreachable` when it cannot be read or has no such context,
 * and with `settings.operator` when its user runs a program and no plugins are given.
 */
export async function loadKubeConfig(config: KubeConfig, options: KubeConfigOptions): Promise<KubeConfig> {
  load(config, options)
  const { context } = options
  const names = config.getContexts().map(({ name }) => name)
  if (context !== undefined) config.setCurrentContext(context)
  if (config.getCurrentCluster() === null) throw withoutContext(context, names)
  const user = config.getCurrentUser()
  if (user !== null) await preparePlugin(user, options)
  return config
}

function load(config: KubeConfig, { kubeconfig, directory }: KubeConfigOptions): void {
  try {
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromString(kubeconfig)
    if (kubeconfig !== undefined && directory !== undefined) config.makePathsAbsolute(directory)
  } catch {
    // The reason can quote the file, and the file holds credentials.
    throw stop('kubernetes.unreachable', 'the kubeconfig cannot be read', {
      hint: 'Check it with `kubectl config view`.',
    })
  }
}

function withoutContext(context: string | undefined, names: readonly string[]) {
  const wanted = context === undefined ? 'no current context' : `no context ${context}`
  return stop('kubernetes.unreachable', `the kubeconfig has ${wanted}, or its cluster is missing`, {
    hint:
      names.length === 0
        ? 'Use a kubeconfig with a context.'
        : `Set clusters[].kubernetes.context to one of ${names.join(', ')}.`,
  })
}

/** Providers that the client library runs with a shell, and that kubectl removed in version 1.26. */
const removedProviders: readonly string[] = ['azure', 'gcp', 'exec']

/** Refuses a user that runs a program, or gives the program its absolute path. */
async function preparePlugin(user: User, { plugins }: KubeConfigOptions): Promise<void> {
  const { exec, authProvider, name } = user
  const config: unknown = authProvider?.config
  const isRemoved =
    authProvider !== undefined &&
    (removedProviders.includes(authProvider.name) || hasKey(config, 'exec') || hasKey(config, 'cmd-path'))
  if (isRemoved) {
    throw stop(
      'kubernetes.unreachable',
      `the user ${name} of the kubeconfig has an auth-provider, which is not supported`,
      {
        hint: 'Use a credential plugin (exec), a token or a certificate instead.',
      },
    )
  }
  if (exec === undefined || exec === null) return
  const command = String(exec.command)
  if (plugins === undefined) {
    throw stop(
      'settings.operator',
      `the user ${name} of the kubeconfig runs the program ${command}, which the operator settings do not allow`,
      {
        hint: 'Allow it in the operator settings, if you trust the kubeconfig:\n    kubernetes: { exec: true }',
      },
    )
  }
  exec.command = await plugins.find(command)
}

const hasKey = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && key in value
