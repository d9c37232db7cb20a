import type { DeclaredWorkload } from '../model/declared.ts'
import type { DeclaredContainer } from '../model/declared-container.ts'
import type { Observation } from '../model/observation.ts'
import { plural } from '../model/plural.ts'
import { toAmount } from '../model/quantity.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { sum } from '../model/sum.ts'
import type { Budget, Surroundings } from '../model/surroundings.ts'
import { readValue } from '../model/value.ts'
import { type Advice, advise, reason } from './advice.ts'
import { cpuText, memoryText } from './format.ts'
import { keepWithReasons } from './keep-changes.ts'

/** Fields of containers whose sum over a pod or a namespace is bounded. */
const summed = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const
/** A field of containers whose sum is bounded. */
export type Summed = (typeof summed)[number]

const isCpu = (field: string): boolean => field.endsWith('.cpu')
/** The amount of a field that a quantity says, in millicores or bytes. */
export const amountOf = (field: string, text: string): number | undefined =>
  toAmount(isCpu(field) ? 'cpu' : 'memory', text)
/** An amount of a field, for people. */
export const shown = (field: string, value: number): string =>
  isCpu(field) ? cpuText(value) : memoryText(value)

interface Subject {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  readonly surroundings: Surroundings
  readonly fitNodes?: boolean
}

/** Keeps the raises that do not fit into the resources of the pod as a whole, or into a quota of the namespace. */
export function keepWithinSums(
  recommendations: readonly Recommendation[],
  subject: Subject,
): readonly Recommendation[] {
  const raises = (field: Summed) =>
    recommendations.filter(
      (one): one is Change => one.verdict === 'change' && one.field === field && one.to > one.from,
    )
  const kept = new Map<string, Reason>()
  for (const field of summed) {
    const own = raises(field)
    const why =
      own.length === 0
        ? undefined
        : (overPod(field, recommendations, subject) ??
          overNodes(field, recommendations, subject) ??
          overQuota(field, recommendations, subject))
    if (why !== undefined) for (const { together } of own) kept.set(together, why)
  }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}

/** The sum of a field over the containers of a pod, before and after the changes; in millicores or bytes. */
export function sums(
  field: Summed,
  recommendations: readonly Recommendation[],
  { containers }: DeclaredWorkload,
) {
  const before = (container: DeclaredContainer) => readValue(field, container.values[field] ?? '') ?? 0
  const after = (container: DeclaredContainer): number => {
    const change = recommendations.find((one) => one.container === container.name && one.field === field)
    return change?.verdict === 'change' ? change.to : before(container)
  }
  const running = containers.filter(({ role }) => role !== 'init')
  return { from: sum(running.map(before)), to: sum(running.map(after)) }
}

function overPod(
  field: Summed,
  recommendations: readonly Recommendation[],
  { declared }: Subject,
): Reason | undefined {
  const bounds = declared.podResources ?? {}
  // The containers of a pod may not request more than the pod, nor may one of them have a limit above it.
  const text =
    bounds[field] ?? (field.startsWith('requests.') ? bounds[field.replace('requests', 'limits')] : undefined)
  const most = text === undefined ? undefined : amountOf(field, text)
  if (most === undefined) return undefined
  const { to } = sums(field, recommendations, declared)
  const isOver = field.startsWith('requests.') ? to > most : someLimitAbove(field, recommendations, most)
  if (!isOver) return undefined
  return reason(
    'bounds.pod',
    `The pod as a whole has ${field} of ${text}, which the new values would exceed, so none is raised.`,
  )
}

/** No node has room for all containers of a pod at once, although it has for each of them. */
function overNodes(
  field: Summed,
  recommendations: readonly Recommendation[],
  { declared, surroundings: { nodes = [] }, fitNodes = true }: Subject,
): Reason | undefined {
  if (!fitNodes || nodes.length === 0 || field.startsWith('limits.')) return undefined
  const [cpu, memory] = (['requests.cpu', 'requests.memory'] as const).map((one) =>
    sums(one, recommendations, declared),
  )
  const fits = (part: 'from' | 'to'): boolean =>
    nodes.some((node) => (cpu?.[part] ?? 0) <= node.cpu && (memory?.[part] ?? 0) <= node.memory)
  if (fits('to') || !fits('from')) return undefined
  const text = `No node that is known has room for a pod of ${cpuText(cpu?.to ?? 0)} and ${memoryText(memory?.to ?? 0)}, so nothing is raised.`
  return reason('bounds.node', text)
}

const someLimitAbove = (field: Summed, recommendations: readonly Recommendation[], most: number): boolean =>
  recommendations.some((one) => one.field === field && one.verdict === 'change' && one.to > most)

/** Names under which a quota counts a field. https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
const quotaNames: Readonly<Record<Summed, readonly string[]>> = {
  'requests.cpu': ['requests.cpu', 'cpu'],
  'requests.memory': ['requests.memory', 'memory'],
  'limits.cpu': ['limits.cpu'],
  'limits.memory': ['limits.memory'],
}

function overQuota(
  field: Summed,
  recommendations: readonly Recommendation[],
  { declared, observation, surroundings }: Subject,
): Reason | undefined {
  const { from, to } = sums(field, recommendations, declared)
  const pods = Math.max(observation.replicas?.max ?? 0, declared.replicas ?? 1)
  const surge = surgePods(declared, pods)
  for (const { said, hard, used } of surroundings.quotas)
    for (const name of quotaNames[field]) {
      const [most, now] = [hard[name], used[name] ?? used[field]].map((text) =>
        text === undefined ? undefined : amountOf(field, text),
      )
      if (most === undefined || now === undefined) continue
      // A rolling update starts new pods before it ends old ones.
      const after = now + pods * (to - from) + surge * to
      if (after > most) {
        const text = `${said} allows ${shown(field, most)} of ${name} in the namespace, of which ${shown(field, now)} are used. ${plural(pods, 'pod')}${surge === 0 ? '' : `, and ${surge} more during the rollout,`} would need ${shown(field, after)}, so nothing is raised.`
        return reason('bounds.quota', text)
      }
    }
  return undefined
}

/** Pods that a rollout starts before it ends old ones: a quarter, rounded up, where nothing else is declared. */
function surgePods({ workload, surge }: DeclaredWorkload, pods: number): number {
  if (workload.kind !== 'Deployment' && workload.kind !== 'Rollout') return 0
  const share = /^(\d+)%$/.exec(surge ?? '25%')?.[1]
  return share === undefined ? Number(surge) || 0 : Math.ceil((pods * Number(share)) / 100)
}

/** Keeps a minimum of an HPA above what disruption budgets need to allow one disruption. */
export function aboveBudgets(advice: Advice, from: number, budgets: readonly Budget[]): Advice {
  if (advice.kind === 'unsure' || advice.value >= from) return advice
  const needed = budgets.map((budget) => ({ budget, pods: podsFor(budget) }))
  const [most] = [...needed].sort((one, other) => other.pods - one.pods)
  if (most === undefined || advice.value >= most.pods) return advice
  const text = `${most.budget.said} keeps ${most.budget.minAvailable} pods available, so ${most.pods} pods are needed for one disruption.`
  return advise(Math.min(from, most.pods), ...advice.because, reason('hpa.budget', text))
}

/** The fewest pods with which a budget allows one disruption. */
function podsFor({ minAvailable }: Budget): number {
  const share = /^(\d+)%$/.exec(minAvailable)?.[1]
  if (share === undefined) return (Number(minAvailable) || 0) + 1
  return Number(share) >= 100 ? Number.POSITIVE_INFINITY : Math.ceil(1 / (1 - Number(share) / 100))
}
