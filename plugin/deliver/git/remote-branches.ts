import { listServerRefs } from 'isomorphic-git'
import { remoteError, type SmartHttp } from './smart-http.ts'

/** The branches of a remote, and its default branch where it has one. */
export interface RemoteBranches {
  readonly branches: ReadonlySet<string>
  readonly head?: string
}

const prefix = 'refs/heads/'

/** Lists the branches of a remote. Throws `git.remote`. */
export async function remoteBranches(server: SmartHttp): Promise<RemoteBranches> {
  const { http, url } = server
  const headers = await server.headers()
  const list = (wanted: string) =>
    listServerRefs({ http, url, headers, prefix: wanted, symrefs: true }).catch((error: unknown) => {
      throw remoteError(server, error)
    })
  const refs = await list(prefix)
  const target = (await list('HEAD')).find(({ ref }) => ref === 'HEAD')?.target
  return {
    branches: new Set(refs.flatMap(({ ref }) => (ref.startsWith(prefix) ? [ref.slice(prefix.length)] : []))),
    ...(target?.startsWith(prefix) ? { head: target.slice(prefix.length) } : {}),
  }
}
