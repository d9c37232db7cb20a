import { changeNames, money, savesText } from '../report/fleet/format.ts'
import type { FleetReport, FleetRow } from '../report/json/fleet.ts'
import { backtestSection, changesSection, historySection, reasonsSection } from './detail-sections.ts'
import { el } from './dom.ts'
import { scalerSection, usageSection } from './usage-sections.ts'

/** Returns a function that opens the detail of a workload, or closes it. `closed` is called when the reader closes it. */
export function detailDialog(report: FleetReport, closed: () => void): (row: FleetRow | undefined) => void {
  const dialog = el('dialog', { class: 'detail', 'aria-labelledby': 'detail-title' })
  document.body.append(dialog)
  dialog.addEventListener('close', () => {
    dialog.replaceChildren()
    closed()
  })
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  let shown: FleetRow | undefined
  return (row) => {
    if (row === shown && dialog.open === (row !== undefined)) return
    shown = row
    if (row === undefined) {
      if (dialog.open) dialog.close()
      return
    }
    const close = el('button', { type: 'button', class: 'close', 'aria-label': 'Close' }, '✕')
    close.addEventListener('click', () => dialog.close())
    const content = el('div', { class: 'content' }, close, ...head(row, report))
    dialog.replaceChildren(content)
    if (!dialog.open) dialog.showModal()
    // Charts need the width that the open dialog has.
    content.append(...sections(row, report))
    dialog.scrollTop = 0
    content.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true })
  }
}

function head(row: FleetRow, { currency }: FleetReport): readonly HTMLElement[] {
  const { kind, name, cluster, namespace, source, repository, owners, change, costPerMonth, saves, kills } =
    row
  const place = [
    cluster && `cluster ${cluster}`,
    `namespace ${namespace}`,
    source && `source ${source}`,
    repository,
  ]
  const figures = [
    costPerMonth && `${money(costPerMonth.current, currency)} a month`,
    row.changes.length > 0 && savesText(saves, currency),
    kills > 0 && `${kills} OOM kills`,
    row.days !== undefined &&
      `${Math.round(row.days)} days of usage, ${Math.floor((row.coverage ?? 0) * 100)} % of samples, confidence ${row.confidence}`,
  ]
  return [
    el('h2', { id: 'detail-title', tabindex: '-1' }, `${kind}/${name}`),
    el('p', { class: 'where' }, place.filter(Boolean).join(' · ')),
    el(
      'p',
      {},
      el('span', { class: `badge ${change}` }, changeNames[change]),
      ' ',
      figures.filter(Boolean).join(' · '),
    ),
    ...(owners.length > 0 ? [el('p', { class: 'where' }, `Owned by ${owners.join(', ')}`)] : []),
  ]
}

const sections = (row: FleetRow, report: FleetReport): readonly HTMLElement[] =>
  [
    changesSection(row, report),
    usageSection(row),
    scalerSection(row),
    backtestSection(row),
    historySection(row, report),
    reasonsSection(row),
  ].filter((one) => one !== undefined)
