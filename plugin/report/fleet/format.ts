/** A number with so many significant digits at most: `0.25`, `3.1`, `1,250`. */
export function amount(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

/** Cores or GiB of memory: `3.1 cores`, `12.4 GiB`. */
export const resourceText = (resource: 'cpu' | 'memory', value: number): string => {
  const text = amount(value)
  return resource === 'memory' ? `${text} GiB` : `${text} ${text === '1' ? 'core' : 'cores'}`
}

/** Money: `1,250 USD`, `3.20 USD`, `$25`. A sign is before the amount, a code after it. */
export function money(value: number, currency: string): string {
  const size = Math.abs(value)
  const digits = size < 10 && size > 0 ? 2 : 0
  const text = size.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${value < 0 ? '−' : ''}${inCurrency(text, currency)}`
}

const inCurrency = (text: string, currency: string): string =>
  /^\p{Sc}$/u.test(currency) ? `${currency}${text}` : `${text} ${currency}`

/** Money to the cent, without its sign: `1250.00 USD`, `$3.20`. */
export const exactMoney = (value: number, currency: string): string =>
  inCurrency(Math.abs(value).toFixed(2), currency)

/** What several changes add to a cost, to the cent: `save 12.00 USD`, `cost 3.20 USD`. */
export const costClause = (added: number, currency: string): string =>
  `${added > 0 ? 'cost' : 'save'} ${exactMoney(added, currency)}`

/** What changes have added to a cost until now: `have saved 12.00 USD`. */
export const soFarClause = (added: number, currency: string): string =>
  `${added > 0 ? 'have cost' : 'have saved'} ${exactMoney(added, currency)}`

/** What a change does to the cost of a month: `saves 12 USD`, `costs 3.20 USD more`, `costs the same`. */
export const savesText = (saves: number, currency: string): string => savingOf(saves, currency, 's')

/** The same of several changes: `save 12 USD`. */
export const saveText = (saves: number, currency: string): string => savingOf(saves, currency, '')

function savingOf(saves: number, currency: string, ending: 's' | ''): string {
  if (Math.abs(saves) < 0.005) return `cost${ending} the same`
  return saves > 0
    ? `save${ending} ${money(saves, currency)}`
    : `cost${ending} ${money(-saves, currency)} more`
}

/** Two amounts of money with the currency once: `434 → 311 USD`. */
export function moneyMove(from: number, to: number, currency: string): string {
  const [one, other] = [money(from, currency), money(to, currency)]
  const unit = ` ${currency}`
  return `${one.endsWith(unit) ? one.slice(0, -unit.length) : one} → ${other}`
}

/** `2026-11-28 16:20 UTC` of a time in ISO 8601. */
export const timeText = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

/** Names of what changes, for filters and badges. What may need somebody comes first. */
export const changeNames = {
  raise: 'Raises',
  both: 'Raises and lowers',
  lower: 'Lowers',
  other: 'Other values',
  skipped: 'Skipped',
  undecided: 'Undecided',
  keep: 'Stays',
  unmanaged: 'Not managed',
} as const
