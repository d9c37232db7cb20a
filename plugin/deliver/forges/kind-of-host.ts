import { stop } from '../../model/problem.ts'
import { urlPlace } from '../git/smart-http.ts'

/** The forges that are spoken to. */
export type ForgeKind = 'github' | 'gitlab' | 'gitea'

/** A repository at its forge, as far as addresses tell. */
export interface Hosted {
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

/** Tells the forge behind the address that is pushed to; what settings name wins. Stops with `settings.missing`. */
export function kindOfHost(
  remote: string,
  named: { readonly kind?: ForgeKind | undefined; readonly url?: string | undefined } = {},
): Hosted {
  const { origin, hostname, href } = new URL(remote)
  const kind = named.kind ?? known.find(([, pattern]) => pattern.test(hostname))?.[0]
  if (kind === undefined) {
    throw stop('settings.missing', 'The host of deliver.remote does not tell which forge it is', {
      place: { file: urlPlace(remote) },
      hint: 'Set deliver.forge.kind to github, gitlab or gitea.',
    })
  }
  const url = (named.url ?? origin).replace(/\/$/, '')
  if (!href.startsWith(`${url}/`)) {
    throw stop('settings.invalid', 'deliver.remote does not lie below deliver.forge.url', {
      place: { file: urlPlace(remote) },
      hint: 'Name the base URL that both have in common.',
    })
  }
  const repository = decodeURIComponent(href.slice(url.length + 1))
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
  return { kind, url, repository }
}
