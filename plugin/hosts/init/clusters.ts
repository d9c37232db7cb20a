import { stop } from '../../model/problem.ts'
import { stageOf } from './environments.ts'
import type { Live } from './live.ts'
import { seenIn } from './live.ts'
import type { Listed, ListedCluster } from './settings-text.ts'
import type { Found } from './survey.ts'

/** What else is known besides the repository. */
export interface Known {
  /** The one cluster that settings are for. */
  readonly cluster?: string
  /** URL of the Prometheus of every cluster. */
  readonly prometheus?: string
  readonly context?: string
  readonly live?: Live
}

/** Sources and clusters as settings will name them, and what was left out. */
export interface Assigned {
  readonly sources: readonly Listed[]
  readonly clusters: readonly ListedCluster[]
  readonly left: readonly { readonly path: string; readonly reason: string }[]
}

/**
 * Gives every source its cluster: the one that was named, else one for each stage where the paths of most sources speak
 * of one, else a single one.
 */
export function assignClusters(found: readonly Found[], known: Known): Assigned {
  const names = clusterNames(found, known)
  const seen = seenCluster(names, known)
  const clusters = names.map((name) => clusterOf(name, seen, known))
  const pairs = found.flatMap((one) =>
    names.filter((name) => belongs(one, name, names)).map((name) => ({ one, name })),
  )
  const placed = pairs.map(({ one, name }) => {
    const live = name === seen?.name ? seenIn(one, seen.live) : undefined
    return {
      running: live?.running,
      listed: listed(one, { name, several: names.length > 1, namespace: live?.namespace }),
    }
  })
  const anyRuns = placed.some(({ running = 0 }) => running > 0)
  const idle = anyRuns ? placed.filter(({ running }) => running === 0) : []
  const elsewhere = found.filter((one) => !pairs.some((pair) => pair.one === one))
  return {
    clusters,
    sources: placed.filter((one) => !idle.includes(one)).map((one) => one.listed),
    left: [
      ...elsewhere.map(({ settings, stage }) => ({ path: settings.path, reason: `it is for ${stage}` })),
      ...idle.map(({ listed: one }) => ({
        path: one.settings.path,
        reason: 'none of its workloads runs in the cluster',
      })),
    ],
  }
}

function clusterNames(found: readonly Found[], { cluster }: Known): readonly string[] {
  const stages = [...new Set(found.flatMap(({ stage }) => stage ?? []))].sort()
  if (cluster !== undefined) return [cluster]
  const staged = found.filter(({ stage }) => stage !== undefined).length
  return staged * 3 > found.length * 2 ? stages : ['default']
}

/** A source without a stage is taken to be rolled out everywhere. */
const belongs = ({ stage }: Found, name: string, names: readonly string[]): boolean =>
  stage === undefined || stage === name || (names.length === 1 && !isStageOf(name))

/** The name of a single cluster picks its stage only where it is the name of one. */
const isStageOf = (name: string): boolean => stageOf([name]) === name

interface SeenCluster {
  readonly name: string
  readonly live: Live
}

/** The cluster that was looked at: the only one, or the one whose name is in that of the context. */
function seenCluster(names: readonly string[], { live, context = '' }: Known): SeenCluster | undefined {
  if (live === undefined) return undefined
  const name = names.length === 1 ? names[0] : names.find((one) => context.includes(one))
  if (name !== undefined) return { name, live }
  throw stop('usage', `it cannot be told which of ${names.join(', ')} the cluster of the kubeconfig is`, {
    hint: 'Say it with --cluster NAME, or leave the cluster aside with --offline.',
  })
}

function clusterOf(name: string, seen: SeenCluster | undefined, known: Known): ListedCluster {
  const looked = seen?.name === name ? seen.live : undefined
  const prometheus = known.prometheus ?? looked?.prometheus
  return {
    name,
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(looked === undefined || known.context === undefined ? {} : { context: known.context }),
  }
}

interface Placement {
  readonly name: string
  readonly several: boolean
  readonly namespace: string | undefined
}

function listed(one: Found, { name, several, namespace }: Placement): Listed {
  const nameless = one.workloads.some((workload) => workload.namespace === '')
  return {
    ...one,
    settings: { ...one.settings, ...(nameless && namespace !== undefined ? { namespace } : {}) },
    ...(several ? { cluster: name } : {}),
    namespaceUnknown: nameless && namespace === undefined,
  }
}
