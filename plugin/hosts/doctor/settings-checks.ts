import { plural } from '../../model/plural.ts'
import type { Check } from '../../report/json/doctor.ts'
import { alikeHint, alikeText, clustersAlike } from '../../run/observe/clusters-alike.ts'

import type { Examination } from './examination.ts'

/** Checks what the settings name, and whether the checkout can take commits. */
export function settingsChecks({ settings, checkout, clusters, snapshot }: Examination): readonly Check[] {
  const { sources } = settings
  const message = `${plural(sources.length, 'source')} and ${plural(clusters.length, 'cluster')} in the settings`
  const counted: Check =
    sources.length === 0
      ? { ...noSources, message }
      : { area: 'settings', level: 'ok', code: 'sources', message }
  return [
    counted,
    ...(checkout.gitdir === undefined ? [notGit(checkout.root)] : []),
    ...(clusters.length + snapshot.length === 0 ? [noUsage] : []),
    ...clustersAlike(clusters).map(sameUsage),
  ]
}

const noSources = {
  area: 'settings',
  level: 'warning',
  code: 'sources',
  hint: 'Run `tortoise init`, which writes tortoise.yaml, or add what is deployed to sources: there. `tortoise discover` lists the candidates.',
} as const

const notGit = (root: string): Check => ({
  area: 'settings',
  level: 'warning',
  code: 'git',
  message: `${root} is not a Git checkout, so nothing can be committed`,
  hint: 'Pass a clone with --repo DIR.',
})

const sameUsage = (names: readonly string[]): Check => ({
  area: 'settings',
  level: 'error',
  code: 'clusters-alike',
  message: alikeText(names),
  hint: `${alikeHint}.`,
})

const noUsage: Check = {
  area: 'settings',
  level: 'error',
  code: 'nothing-to-read',
  message: 'The settings name no source of usage',
  hint: 'Add a Prometheus to clusters: in the operator settings, or pass --prometheus URL or --snapshot FILE.',
}
