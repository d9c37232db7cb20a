import { existsSync } from 'node:fs'
import type { Settings } from '../../../config/schema.ts'
import { leadsInto } from '../../io/reviewed-path.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'
import type { Checkout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { operatorPath } from '../../run/operator-file.ts'
import { readOperatorSettings, type SettingsFlags } from '../../run/read-settings.ts'

/** Where operator settings go: to a new file, or to the user, who adds them to a file. */
export interface OperatorPlace {
  readonly path: string | undefined
  readonly isNew: boolean
}

/** Returns the place of operator settings. An existing file, or one inside the repository, is never written. */
export function operatorPlace(host: Host, root: string, named: string | undefined): OperatorPlace {
  const path = operatorPath(host, named)
  return { path, isNew: path !== undefined && !existsSync(path) && !leadsInto(root, path) }
}

interface GivenSettings {
  readonly flags: Pick<SettingsFlags, 'operatorSettings' | 'sandbox'>
  readonly place: OperatorPlace
}

/** Reads the operator settings that are there already. Throws like `readOperatorSettings`. */
export function readGivenSettings(host: Host, checkout: Checkout, { flags, place }: GivenSettings): Settings {
  if (!place.isNew) return readOperatorSettings(host, checkout, flags)
  const { sandbox } = flags
  const env = { ...host.env, TORTOISE_OPERATOR_SETTINGS: undefined }
  return readOperatorSettings({ ...host, env }, checkout, { sandbox })
}

/** Says where the operator settings were written, or what to add to which file. */
export function operatorWords({ path, isNew }: OperatorPlace, text: string): Terminal {
  if (isNew) return terminal`Wrote ${path ?? ''}: the servers of the clusters. No repository can change it.`
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line !== '')
  const where = path ?? 'a file outside the repository, and name it with --operator-settings'
  return terminal.join(
    [`Add these operator settings to ${where}:`, ...lines.map((line) => `    ${line}`)],
    '\n',
  )
}
