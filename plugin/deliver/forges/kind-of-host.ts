import { percentDecoded } from '../../model/percent-decoded.ts'
import { stop } from '../../model/problem.ts'
import { urlPlace } from '../git/smart-http.ts'

/** The supported forges. */
export type ForgeKind = 'github' | 'gitlab' | 'gitea'

/** A repository on its forge, as found from a Git URL. */
export interface RemoteForge {
  readonly kind: ForgeKind
  /** Base URL of the forge. */
  readonly url: string
  /** Path of the repository below it, without `.git`. */
  readonly repository: string
}

const known: readonly (readonly [ForgeKind, RegExp])[] = [
  ['github', /(^|\.)github\./],
  ['gitlab', /(^|\.)gitlab\./],
  ['gitea', /(^|\.)(gitea|forgejo)\.|^codeberg\.org$/],
]

/**
 * Returns the forge of a Git URL by its host name. `named` (`deliver.forge`) wins. Throws `settings.missing` for an unknown
 * host, and `settings.invalid` when the URL is not below `named.url`.
 */
export function kindOfHost(
  remote: string,
  named: { readonly kind?: ForgeKind | undefined; readonly url?: string | undefined } = {},
): RemoteForge {
  const { origin, hostname, href } = new URL(remote)
  const kind = named.kind ?? known.find(([, pattern]) => pattern.test(hostname))?.[0]
  if (kind === undefined) {
    throw stop('settings.missing', 'The forge cannot be determined from the host of deliver.remote.url', {
      place: { file: urlPlace(remote) },
      hint: 'Set deliver.forge.kind to github, gitlab or gitea.',
    })
  }
  const url = (named.url ?? origin).replace(/\/$/, '')
  if (!href.startsWith(`${url}/`)) {
    throw stop('settings.invalid', 'deliver.remote.url is not below deliver.forge.url', {
      place: { file: urlPlace(remote) },
      hint: 'Set deliver.forge.url to the base URL of the forge, which deliver.remote.url begins with.',
    })
  }
  const repository = percentDecoded(href.slice(url.length + 1))
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
  return { kind, url, repository }
}
