import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import type { Progress } from '../../model/progress.ts'
import type { Owners } from '../owners.ts'
import { type EvidenceThresholds, observationFindings } from './data-quality.ts'
import type { Finding, FindingDraft } from './finding.ts'
import { missingMetricFindings } from './metric-findings.ts'
import type { ClusterReading } from './query-portion.ts'

/** Collects the findings of one cluster. */
export interface FindingLog {
  readonly findings: Finding[]
  /** Adds a finding; a warning is also reported as progress. */
  readonly add: (draft: FindingDraft) => void
  /** Adds a note that is also reported as progress. */
  readonly note: (draft: Omit<FindingDraft, 'level'>) => void
}

/** An empty log; `progress` receives its warnings and notes. */
export function findingLog(cluster: string, progress: Progress): FindingLog {
  const findings: Finding[] = []
  const report = (kind: 'warning' | 'note', message: string): void =>
    progress({ kind, message: `cluster ${cluster}: ${message}` })
  return {
    findings,
    add: (draft) => {
      findings.push({ ...draft, cluster })
      if (draft.level === 'warning') report('warning', draft.message)
    },
    note: (draft) => {
      findings.push({ ...draft, level: 'note', cluster })
      report('note', draft.message)
    },
  }
}

interface FinishedReading {
  readonly reading: ClusterReading
  readonly owners: Owners
  readonly observations: readonly Observation[]
  /** 7 days and 0.8 when left out. */
  readonly thresholds: EvidenceThresholds | undefined
}

/** Adds the findings that are known only after reading. */
export function addReadingFindings(
  log: FindingLog,
  { reading, owners, observations, thresholds }: FinishedReading,
): void {
  const partial = reading.client.partial()
  if (partial > 0)
    log.add({
      code: 'answer-partial',
      level: 'warning',
      message: `${partial} responses were incomplete: values may be too low, and those days are not cached`,
      hint: 'See the warnings above; with Thanos, check the stores that did not answer.',
    })
  const impossible = impossibleFinding(reading.impossible)
  if (impossible !== undefined) log.add(impossible)
  const answered = answeredBy(reading.answered, observations)
  for (const finding of missingMetricFindings({ answered, owners })) log.add(finding)
  for (const [what, pods] of reading.unownedPods)
    log.note({ code: 'pods-unowned', message: `skipped ${pods.size} pods ${what}` })
  const needed = thresholds ?? { minimumDays: 7, minimumCoverage: 0.8 }
  log.findings.push(...observationFindings(observations, needed))
}

function impossibleFinding(impossible: ClusterReading['impossible']): FindingDraft | undefined {
  const count = [...impossible.values()].reduce((sum, one) => sum + one, 0)
  if (count === 0) return undefined
  const names = [...impossible.keys()].sort()
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return {
    code: 'values-impossible',
    level: 'warning',
    message: `ignored ${plural(count, 'sample')} that no container can have (not a number, infinite, negative, absurdly large, or in the future) of ${names.slice(0, 3).join(', ')}${more}`,
    hint: 'Check what records these metrics: an exporter, a recording rule or the clock of a node is wrong.',
  }
}

/** The queries that returned series, and those whose data is in cached days. */
function answeredBy(
  answered: ReadonlySet<string>,
  observations: readonly Observation[],
): ReadonlySet<string> {
  const containers = observations.flatMap((one) => one.containers)
  return new Set([
    ...answered,
    ...(containers.some(({ cpu }) => cpu !== undefined) ? ['cpu'] : []),
    ...(containers.some(({ memory }) => memory !== undefined) ? ['memory'] : []),
    ...(containers.some(({ throttling }) => throttling !== undefined) ? ['periods'] : []),
  ])
}
