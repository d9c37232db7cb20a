import { money } from '../report/fleet/format.ts'
import type { FleetReport, FleetRow } from '../report/json/fleet.ts'
import { el } from './dom.ts'

type Cell = string | Node

/** A table with headings; it scrolls by itself where it is wider than the screen. */
export function plainTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  label: string,
): HTMLElement {
  return el(
    'div',
    { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label },
    el(
      'table',
      { class: 'plain' },
      el('thead', {}, el('tr', {}, ...headings.map((one) => el('th', { scope: 'col' }, one)))),
      el('tbody', {}, ...rows.map((cells) => el('tr', {}, ...cells.map((one) => el('td', {}, one))))),
    ),
  )
}

const section = (title: string, ...content: readonly HTMLElement[]): HTMLElement =>
  el('section', {}, el('h3', {}, title), ...content)

const label = ({
  container,
  field,
}: {
  readonly container?: string | undefined
  readonly field: string
}): string => [container, field].filter(Boolean).join(' ')

/** The proposed changes with their source lines, pull requests and reasons. */
export function changesSection({ changes }: FleetRow, { pulls }: FleetReport): HTMLElement | undefined {
  if (changes.length === 0) return undefined
  const rows = changes.map((one) => [
    label(one),
    el(
      'span',
      { class: 'move' },
      el('code', {}, one.from || 'unset'),
      ' → ',
      el('code', { class: 'to' }, one.to),
    ),
    one.percent,
    el('code', {}, one.inserted ? `${one.where} (new)` : one.where),
    pullLink(one.pull, pulls),
  ])
  const reasons = changes.map((one) =>
    el('li', {}, el('strong', {}, label(one)), ': ', ...because(one.because)),
  )
  const headings = ['Field', 'Change', 'Difference', 'Source line', 'Pull request']
  const isOpen = changes.some(({ pull }) => pull !== undefined)
  const cut = <T>(cells: readonly T[]): readonly T[] => (isOpen ? cells : cells.slice(0, -1))
  return section(
    'Proposed changes',
    plainTable(cut(headings), rows.map(cut), 'Proposed changes'),
    el('ul', { class: 'reasons' }, ...reasons),
  )
}

function pullLink(number: number | undefined, pulls: FleetReport['pulls']): Cell {
  if (number === undefined) return ''
  const url = pulls.find((one) => one.number === number)?.url
  return url === undefined || !/^https?:\/\//.test(url)
    ? `#${number}`
    : el('a', { href: url, rel: 'noreferrer', target: '_blank' }, `#${number}`)
}

const because = (reasons: FleetRow['changes'][number]['because']): readonly Cell[] =>
  reasons.flatMap(({ rule, text }) => [`${text} `, el('code', { class: 'rule' }, rule), ' '])

/** What the recorded usage says of the current values and of the proposed ones. */
export function backtestSection({ backtest }: FleetRow): HTMLElement | undefined {
  if (backtest === undefined) return undefined
  const [first = '', ...rest] = backtest.split('. ')
  const figures = rest.join('. ').replace(/\.$/, '').split('; ')
  return section(
    'Backtest: recorded usage with the current and with the proposed values',
    el('p', { class: 'where' }, `${first}.`),
    el(
      'ul',
      { class: 'figures' },
      ...figures.map((one) => el('li', {}, `${one.charAt(0).toUpperCase()}${one.slice(1)}`)),
    ),
  )
}

/** Earlier changes of its values by Tortoise, and what became of them. */
export function historySection({ history }: FleetRow, { currency }: FleetReport): HTMLElement | undefined {
  if (history.length === 0) return undefined
  const rows = history.map((one) => [
    el('span', { class: 'move' }, one.at.slice(0, 10)),
    label(one),
    el('span', { class: 'move' }, el('code', {}, one.from || 'unset'), ' → ', el('code', {}, one.to)),
    one.emergencyUntil === undefined ? one.verdict : `${one.verdict}; emergency until ${one.emergencyUntil}`,
    one.said,
    one.costAMonth === undefined ? '' : `${one.costAMonth > 0 ? '+' : ''}${money(one.costAMonth, currency)}`,
    el('code', {}, one.commit.slice(0, 10)),
  ])
  return section(
    'History of its values',
    plainTable(
      ['Merged', 'Field', 'Change', 'Verdict', 'Since then', 'Cost a month', 'Commit'],
      rows,
      'History of its values',
    ),
  )
}

/** What stays, what cannot be decided, and what is skipped, each with the reason. */
export function reasonsSection({ kept, undecided, skipped }: FleetRow): HTMLElement | undefined {
  const lists = [
    list(
      'Skipped',
      skipped.map(({ field, place, reason }) => [[field, place].filter(Boolean).join(' at '), [reason]]),
    ),
    list(
      'Not decided yet',
      undecided.map((one) => [label(one), [one.missing]]),
    ),
    list(
      'Stays the same',
      kept.map((one) => [`${label(one)} ${one.value}`, because(one.because)]),
    ),
  ].filter((one) => one !== undefined)
  return lists.length === 0 ? undefined : section('Everything else', ...lists)
}

function list(
  title: string,
  items: readonly (readonly [name: string, text: readonly Cell[]])[],
): HTMLElement | undefined {
  if (items.length === 0) return undefined
  return el(
    'details',
    {},
    el('summary', {}, `${title} (${items.length})`),
    el(
      'ul',
      { class: 'reasons' },
      ...items.map(([name, text]) =>
        el('li', {}, ...(name === '' ? [] : [el('strong', {}, name), ': ']), ...text),
      ),
    ),
  )
}
