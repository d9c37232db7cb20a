import type { Site, Trace } from '../model/site.ts'
import { isStored } from '../model/store.ts'

/** A trace that names files from elsewhere by what they are, in place of the path of their mount. */
export function withTitles(trace: Trace, shown: (text: string) => string): Trace {
  const { site, considered, reason } = trace
  const named = <T extends { readonly file: string }>(place: T): T =>
    isStored(place.file) ? { ...place, file: shown(place.file) } : place
  return {
    ...trace,
    site: site === null ? null : named<Site>(site),
    ...(considered === undefined
      ? {}
      : { considered: considered.map((one) => named({ ...one, why: shown(one.why) })) }),
    ...(reason === undefined ? {} : { reason: shown(reason) }),
  }
}
