import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { kubeconfigOfSeveral } from '../cluster/several.ts'
import type { ClusterLab } from './cluster.ts'
import { type Ran, runAt } from './program.ts'
import type { Repository } from './repository.ts'

/** The built program as somebody runs it who has the tokens: at the time of the lab, and as the published ServiceAccount. */
export interface Operator {
  /** One scheduled run. Rejects when it does not end well. */
  readonly run: (...more: readonly string[]) => Promise<Ran>
  /** A command on a checkout of the base branch. */
  readonly command: (...args: readonly string[]) => Promise<Ran>
  /** Flags and environment of a command, with fresh tokens. */
  readonly access: () => Promise<Access>
}

/** How the program reaches Git, clusters and Prometheus. */
export interface Access {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

interface Ground {
  readonly clusters: ReadonlyMap<string, ClusterLab>
  readonly repository: Repository
  readonly remote: { readonly url: string; readonly token: string }
  readonly now: () => Date
}

/** Writes the settings of an operator below a directory. */
export function operatorOf(root: string, { clusters, repository, remote, now }: Ground): Operator {
  const [settings, kubeconfig] = [join(root, 'operator.yaml'), join(root, 'kubeconfig')]
  const known = [...clusters].map(([name, { prometheus }]) => ({
    name,
    kubernetes: { context: name },
    prometheus: { url: prometheus.url },
  }))
  writeFileSync(settings, stringify({ clusters: known, deliver: { remote: { url: remote.url } } }))
  const access = async (): Promise<Access> => {
    const configs = new Map<string, Pick<ClusterLab['plane'], 'kubeconfig'>>()
    for (const [name, { plane }] of clusters) {
      const token = await plane.tokenOf('default', 'gitops-tortoise')
      configs.set(name, { kubeconfig: () => plane.kubeconfig(token) })
    }
    writeFileSync(kubeconfig, kubeconfigOfSeveral(Object.fromEntries(configs)))
    return {
      args: ['--operator-settings', settings],
      env: { KUBECONFIG: kubeconfig, TORTOISE_GIT_TOKEN: remote.token, HOME: root },
    }
  }
  const command = async (...own: readonly string[]): Promise<Ran> => {
    const { args, env } = await access()
    repository.refresh()
    return runAt(now(), [...own, '--repo', repository.checkout, ...args], env)
  }
  return {
    access,
    command,
    run: async (...more) => {
      const ran = await command('run', '--output', 'json', ...more)
      if (ran.status !== 0) throw new Error(`the run ended with ${ran.status}: ${ran.stderr}`)
      return ran
    },
  }
}
