/** Settings that were removed, by name without indices, and what to set instead. */
export const movedSettings: Readonly<Record<string, string>> = {
  'deliver.pullRequests.prices':
    'Set `prices.coreHour` and `prices.gibibyteHour`, the prices for an hour, instead: the price for a month divided by 720. They apply to pull requests, reports and backtests alike.',
}
