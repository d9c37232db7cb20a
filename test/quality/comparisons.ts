import { type Criterion, drawMachines } from './draws.ts'
import type { Pooled, Replay } from './replay.ts'

/** One profile at one cadence, on all machines and on two disjoint halves of them. */
export interface Row extends Pooled {
  readonly profile: string
  readonly cadence: 'daily' | 'weekly'
  readonly halves: readonly Pooled[]
  readonly replays: readonly Replay[]
}

interface Peer {
  readonly cadence: Row['cadence']
  readonly peer: string
  readonly peerCadence: Row['cadence']
  readonly criterion: Criterion
}

const noLonger: Criterion = (ours, theirs) => ours.percentAbove <= theirs.percentAbove

const less =
  (percent: number): Criterion =>
  (ours, theirs) =>
    noLonger(ours, theirs) && ours.requestedOverUsed <= (1 - percent / 100) * theirs.requestedOverUsed

/**
 * The criteria for `steady`: daily no more than the VPA with half of its changes; daily 15 % below a percentile that is
 * computed weekly; weekly 8 % below it. None may be above the request for longer.
 */
const peers: readonly Peer[] = [
  {
    cadence: 'daily',
    peer: 'vpa',
    peerCadence: 'daily',
    criterion: (ours, theirs) =>
      less(0)(ours, theirs) && ours.changesPerMachine <= theirs.changesPerMachine / 2,
  },
  { cadence: 'daily', peer: 'p95 × 1.15', peerCadence: 'weekly', criterion: less(15) },
  { cadence: 'weekly', peer: 'p95 × 1.15', peerCadence: 'weekly', criterion: less(8) },
]

const find = (rows: readonly Row[], profile: string, cadence: Row['cadence']): Row | undefined =>
  rows.find((row) => row.profile === profile && row.cadence === cadence)

const signed = (share: number): string => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`

const comparison = (ours: Pooled, theirs: Pooled): string =>
  `requests ${signed(ours.requestedOverUsed / theirs.requestedOverUsed - 1)}, above the request for ${ours.percentAbove} % of the time (peer: ${theirs.percentAbove} %), ${ours.changesPerMachine} changes (peer: ${theirs.changesPerMachine})`

/** Compares `steady` with its peers on all machines, on each half, and on machines drawn with replacement. */
export function comparisons(rows: readonly Row[]): readonly string[] {
  return peers.flatMap(({ cadence, peer, peerCadence, criterion }) => {
    const [ours, theirs] = [find(rows, 'steady', cadence), find(rows, peer, peerCadence)]
    if (ours === undefined || theirs === undefined) return []
    const halves = ours.halves.map((half, index) => comparison(half, theirs.halves[index] ?? half))
    const { met, cost, above } = drawMachines(ours.replays, theirs.replays, criterion)
    const points = above.map((value) => value.toFixed(2)).join(' to ')
    return [
      `steady ${cadence} compared with ${peer} ${peerCadence}: ${comparison(ours, theirs)}`,
      ...halves.map((text, index) => `    half ${index + 1}: ${text}`),
      `    nine tenths of the sets drawn from these machines: requests ${cost.map(signed).join(' to ')}, time above ${points} percentage points`,
      `    ${criterion(ours, theirs) ? 'meets' : 'does not meet'} the criterion; ${Math.round(met * 100)} % of the drawn sets meet it`,
    ]
  })
}

/** The rows as a Markdown table. */
export function cpuTable(rows: readonly Row[]): string {
  const head = [
    'rule',
    'computed',
    'requested ÷ used',
    'time above',
    'volume above',
    'above > 5 % of the time',
    'changes per machine',
    'halves: ÷ used, time above',
  ]
  const lines = rows.map((row) => [
    row.profile,
    row.cadence,
    row.requestedOverUsed.toFixed(3),
    `${row.percentAbove} %`,
    `${row.volumePercentAbove} %`,
    row.machinesOften,
    row.changesPerMachine,
    row.halves.map((half) => `${half.requestedOverUsed.toFixed(3)}, ${half.percentAbove} %`).join(' · '),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
