import { type Json, textOf, valueAt } from '../../plugin/model/json.ts'
import type { LiveDeclaration } from '../../plugin/model/live-declaration.ts'
import type { Origin } from '../../plugin/model/repository.ts'
import type { RepositoryView, Source } from '../../plugin/model/source.ts'
import type { ElsewherePorts } from '../elsewhere/chart-finder.ts'
import type { Origins } from '../origin/origins.ts'

/** What the sources of an Application are translated with. */
export interface PartContext {
  readonly shared: Pick<Source, 'id' | 'namespace' | 'cluster' | 'loadRestrictor'>
  /** Name and namespace of the Application. */
  readonly name: string
  readonly namespace: string
  /** The file or directory that declares it. */
  readonly at: string
  readonly charts?: string
  /** All its sources: values files may be taken from another one. */
  readonly sources: readonly Json[]
  readonly view: RepositoryView
  readonly origins: Origins
  readonly elsewhere: ElsewherePorts
  /** The Application in its cluster, where that was read. */
  readonly live: LiveDeclaration | undefined
}

/** The commit of a source of an Application that is deployed; `undefined` where no cluster says it. */
export const deployedCommit = (
  source: Json,
  { live, sources }: Pick<PartContext, 'live' | 'sources'>,
): string | undefined => {
  const revision = live?.revisions[sources.indexOf(source)]
  return revision !== undefined && /^[0-9a-f]{40}$/.test(revision) ? revision : undefined
}

/** The repository, revision and path of a source of an Application. */
export const originOf = (source: Json, path: string): Origin => ({
  repository: textOf(valueAt(source, ['repoURL'])) ?? '',
  revision: textOf(valueAt(source, ['targetRevision'])) ?? 'HEAD',
  path,
})
