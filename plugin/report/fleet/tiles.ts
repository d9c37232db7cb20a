import { plural } from '../../model/plural.ts'
import { type Html, html } from '../../model/text/html.ts'
import { present } from '../../model/text/text.ts'
import type { Balance, FleetReport } from '../json/fleet.ts'
import { amount, money, moneyMove, resourceText, savesText } from './format.ts'

/** The first figures of the page. */
export function tiles({ totals, coverage, currency }: FleetReport): Html {
  const parts = [
    costTile(totals, currency),
    resourceTile('cpu', totals.cpu),
    resourceTile('memory', totals.memory),
    changesTile(totals),
    savedTile(totals, currency),
    coverageTile(coverage),
  ]
  return html`<dl class="tiles">\n${html.join(present(parts), '\n')}\n</dl>`
}

const tile = (name: string, main: Html | string, more: readonly (Html | string)[]): Html =>
  html`<div class="tile"><dt>${name}</dt><dd><span class="main">${main}</span>${html.join(
    more.map((one) => html`<span class="more">${one}</span>`),
    '',
  )}</dd></div>`

function costTile(
  { costPerMonth, saves, changing }: FleetReport['totals'],
  currency: string,
): Html | undefined {
  const { current, proposed = current } = costPerMonth
  if (current === 0 && proposed === 0) return undefined
  if (changing === 0) return tile('Cost of requests a month', money(current, currency), [])
  const main = moneyMove(current, proposed, currency)
  const text = savesText(saves, currency)
  return tile('Cost of requests a month', main, [
    `${text.charAt(0).toUpperCase()}${text.slice(1)} with the proposed values`,
  ])
}

/** What is requested and used of a resource, as a bar and in words. */
function resourceTile(
  resource: 'cpu' | 'memory',
  { current, proposed = current }: FleetReport['totals']['cpu'],
): Html {
  const { requested, used, unused, short } = current
  const name = resource === 'cpu' ? 'CPU' : 'Memory'
  const moves = Math.abs(proposed.requested - requested) >= 0.005
  const then = moves
    ? [
        html`Proposed: requests ${resourceText(resource, proposed.requested)}, unused ${amount(proposed.unused)}, short ${amount(proposed.short)}`,
      ]
    : []
  return tile(`${name} requested`, html`${resourceText(resource, requested)}`, [
    bar(current),
    html`<span class="key used">Used ${amount(used)}</span> <span class="key unused">Unused ${amount(unused)}</span> <span class="key short">Short ${amount(short)}</span>`,
    ...then,
  ])
}

/** Used within requests, unused, and used above requests, as parts of a bar. */
function bar({ used, unused, short }: Balance): Html {
  const inside = Math.max(0, used - short)
  const all = inside + unused + short || 1
  const part = (kind: string, value: number, from: number) =>
    html`<rect class="${kind}" x="${(from / all) * 100}%" width="${(value / all) * 100}%" y="0" height="100%"/>`
  return html`<svg class="bar" aria-hidden="true" width="100%" height="10">${part('used', inside, 0)}${part('unused', unused, inside)}${part('short', short, inside + unused)}</svg>`
}

function changesTile({ values, changing, workloads, kills }: FleetReport['totals']): Html {
  const main =
    changing === 0 ? 'Nothing to change' : `${plural(values, 'value')} of ${plural(changing, 'workload')}`
  return tile('Proposed changes', main, [
    `${plural(workloads, 'workload')} in all`,
    ...(kills > 0 ? [`${plural(kills, 'OOM kill')} in the recorded time`] : []),
  ])
}

function savedTile({ merged }: FleetReport['totals'], currency: string): Html | undefined {
  if (merged.values === 0) return undefined
  const text =
    merged.soFar > 0.005 ? `Cost ${money(merged.soFar, currency)}` : `${money(-merged.soFar, currency)}`
  const rate =
    merged.aMonth > 0.005
      ? `cost ${money(merged.aMonth, currency)}`
      : `save ${money(-merged.aMonth, currency)}`
  return tile('Saved so far', text, [`${plural(merged.values, 'merged value')} ${rate} a month`])
}

function coverageTile(coverage: FleetReport['coverage']): Html | undefined {
  if (coverage.length === 0) return undefined
  const [used, managed] = (['used', 'managed'] as const).map((part) =>
    coverage.reduce((sum, one) => sum + one[part], 0),
  )
  return tile('Coverage', `${managed} of ${plural(used ?? 0, 'workload')}`, [
    `with usage in ${plural(coverage.length, 'cluster')} are managed`,
  ])
}
