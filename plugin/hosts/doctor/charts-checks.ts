import { openWorkTree } from '../../io/work-tree.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { MountedStore } from '../../model/store.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { openRenderer } from '../../run/open-renderer.ts'
import { allowLines } from '../../store/allow.ts'
import { identifySources } from '../../trace/sources/identify.ts'
import { renderEach, renderReleases, type Unrendered } from '../../trace/sources/releases.ts'
import type { Examination } from './examination.ts'

/** Checks that the charts and Git sources that the sources of the settings need can be fetched. */
export async function chartsChecks(
  host: Host,
  { checkout, settings }: Examination,
): Promise<readonly Check[]> {
  const { renderer, store } = openRenderer(host, { checkout, settings, purpose: 'run' })
  const ports = { view: store.mount(openWorkTree(checkout.root)), renderer }
  try {
    const own = await renderEach(await identifySources(settings.sources, ports), ports)
    const { failed } = await renderReleases(own.rendered, ports)
    return [...used(store), ...refused(store), ...unfetched([...own.failed, ...failed])]
  } catch (error) {
    // Another check says which program or path is missing.
    if (error instanceof ExpectedStop) return []
    throw error
  }
}

const about = { area: 'settings', code: 'charts' } as const

const used = (store: MountedStore): readonly Check[] =>
  store.used().map((one) => ({ ...about, level: 'ok', message: `Uses ${one}` }))

function refused(store: MountedStore): readonly Check[] {
  const servers = store.refused()
  if (servers.length === 0) return []
  return [
    {
      ...about,
      level: 'warning',
      message: `Charts or bases come from servers that charts.allow does not list: ${servers.join(', ')}`,
      hint: `Add those that you trust to the operator settings: ${allowLines(servers)}`,
    },
  ]
}

const unfetched = (failed: readonly Unrendered[]): readonly Check[] =>
  failed
    .filter(
      ({ reason }) => reason.includes('is not fetched') && !reason.includes('charts.allow does not list'),
    )
    .map(({ source, reason }) => ({ ...about, level: 'warning', message: `${source.id}: ${reason}` }))
