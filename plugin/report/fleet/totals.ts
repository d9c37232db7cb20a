import { rounded } from '../../model/rounded.ts'
import { sum } from '../../model/sum.ts'
import type { Balance, FleetReport, FleetRow } from '../json/fleet.ts'

const parts = ['requested', 'used', 'unused', 'short'] as const

/** The sums of one resource over workloads whose usage is known, as it is and as proposed. */
export function balanceOf(
  rows: readonly FleetRow[],
  resource: 'cpu' | 'memory',
): FleetReport['totals']['cpu'] {
  const known = rows.flatMap(({ change, [resource]: one }) =>
    one === undefined || change === 'unmanaged' ? [] : [one],
  )
  const total = (all: readonly Balance[]): Balance => {
    const [requested, used, unused, short] = parts.map((part) => rounded(sum(all.map((one) => one[part])), 3))
    return { requested: requested ?? 0, used: used ?? 0, unused: unused ?? 0, short: short ?? 0 }
  }
  return {
    current: total(known.map(({ current }) => current)),
    proposed: total(known.map(({ current, proposed = current }) => proposed)),
  }
}
