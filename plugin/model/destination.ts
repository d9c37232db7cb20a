import { meaningsOf, stageMeaning } from './stages.ts'

/** Where an Application is deployed: a cluster by the name that Argo CD gives it, or by the URL of its API server. */
export interface Destination {
  readonly name?: string
  readonly server?: string
}

/** A cluster of the settings, with other names and URLs by which Applications call it. */
export interface KnownCluster {
  readonly name: string
  readonly destinations: readonly string[]
}

/** Argo CD's own cluster, whichever that is. */
const own = new Set(['in-cluster', 'https://kubernetes.default.svc'])

/** The known cluster that a destination names; `undefined` where it names none of them, or Argo CD's own. */
export function clusterOfDestination(
  { name, server }: Destination,
  clusters: readonly KnownCluster[],
): string | undefined {
  const called = [name, server].filter((one) => one !== undefined && !own.has(one)) as readonly string[]
  const exact = clusters.find((one) =>
    called.some((text) => text === one.name || one.destinations.includes(text)),
  )
  if (exact !== undefined) return exact.name
  const host = server === undefined || own.has(server) ? undefined : hostOf(server)
  const texts = [
    ...(name === undefined || own.has(name) ? [] : [name]),
    ...(host === undefined ? [] : [host]),
  ]
  const inside = clusters.filter((one) => texts.some((text) => holdsName(text, one.name)))
  if (inside.length > 0) return inside.length === 1 ? inside[0]?.name : undefined
  const names = clusters.map((one) => one.name)
  const meant = [
    ...(name === undefined || own.has(name)
      ? []
      : [...namesMeaning(name, names), ...namesMeantIn(name, names)]),
    ...(host === undefined ? [] : namesOfStage(host, names)),
  ]
  return new Set(meant).size === 1 ? meant[0] : undefined
}

/** The names that have every word of a text, whichever word of a stage each of them uses: `acme-prod` for `production`. */
export function namesMeaning(text: string, names: readonly string[]): readonly string[] {
  const wanted = [...meaningsOf(text)]
  return wanted.length === 0 ? [] : names.filter((name) => wanted.every((word) => meaningsOf(name).has(word)))
}

/** The names all of whose words a text has, whichever word of a stage each of them uses: `prod` for `web-production`. */
export function namesMeantIn(text: string, names: readonly string[]): readonly string[] {
  const words = meaningsOf(text)
  return names.filter((name) => [...meaningsOf(name)].every((word) => words.has(word)))
}

/** The names of the stage in a text; none for a text without one. */
function namesOfStage(text: string, names: readonly string[]): readonly string[] {
  const stage = stageMeaning(text)
  return stage === undefined ? [] : names.filter((name) => stageMeaning(name) === stage)
}

/**
 * The known cluster that an Application is deployed to: by its destination, or, where that names none, by the longest known
 * name that its own name holds. `undefined` for Argo CD's own cluster.
 */
export function clusterOfApplication(
  { destination, application }: { readonly destination: Destination; readonly application: string },
  clusters: readonly KnownCluster[],
): string | undefined {
  const named = clusterOfDestination(destination, clusters)
  if (named !== undefined || isOwnCluster(destination)) return named
  const names = clusters.map(({ name }) => name)
  const held = names.filter((name) => holdsName(application, name))
  const [longest, ...others] = (held.length > 0 ? held : namesMeantIn(application, names)).toSorted(
    (a, b) => b.length - a.length,
  )
  return others.every((one) => longest?.includes(one)) ? longest : undefined
}

/** Whether a destination is the cluster that Argo CD runs on. */
export const isOwnCluster = ({ name, server }: Destination): boolean =>
  own.has(name ?? '') || own.has(server ?? '')

/** What names a destination where no cluster is known: its name, else nothing. */
export const nameOfDestination = ({ name }: Destination): string | undefined =>
  name === undefined || own.has(name) ? undefined : name

function hostOf(server: string): string | undefined {
  try {
    return new URL(server).hostname
  } catch {
    return undefined
  }
}

/** Whether a text has a name between separators: `values-eu1` has `eu1`. Case does not count. */
export function holdsName(text: string, name: string): boolean {
  const [all, part] = [text.toLowerCase(), name.toLowerCase()]
  const at = all.indexOf(part)
  const isSeparator = (unit: string | undefined): boolean => unit === undefined || /[._-]/.test(unit)
  return at !== -1 && isSeparator(all[at - 1]) && isSeparator(all[at + part.length])
}
