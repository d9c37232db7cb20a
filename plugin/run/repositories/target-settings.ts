import type { RepositoryTarget } from '../../../config/repositories.ts'
import { operatorFor } from '../../../config/repository-operator.ts'
import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import type { RunPorts } from '../host.ts'
import { mergedSettings, type SettingsFlags } from '../read-settings.ts'

/** How the settings of repositories are read. */
export interface TargetContext {
  readonly operator: SettingsFile
  readonly flags: SettingsFlags
  /** How changes are delivered, whatever the settings say. Default: as the settings say. */
  readonly mode?: Settings['deliver']['mode'] | undefined
}

/** The settings file of a target, and the directory of its clone. */
export interface TargetFile {
  readonly main: SettingsFile
  readonly root?: string
}

type Ports = Pick<RunPorts, 'cwd' | 'env' | 'progress'>

const permission = 'TORTOISE_ALLOW_FROM_REPOSITORY'

/**
 * Merges the settings of a repository with those of the operator for it. The operator's URLs and branch always win, and a
 * repository that was only discovered may set no operator setting. Throws like `mergedSettings`.
 */
export function targetSettings(
  ports: Ports,
  { operator, flags, mode }: TargetContext,
  { target, main, root }: TargetFile & { readonly target: RepositoryTarget },
): Settings {
  const { [permission]: _, ...env } = ports.env
  const { allowFromRepository: _allowed, ...others } = flags
  const [as, given] = target.isDiscovered === true ? [{ ...ports, env }, others] : [ports, flags]
  const file = operatorFor(operator, target)
  const settings = mergedSettings(as, { main, isReviewed: true }, { root, flags: given, operator: file })
  const { deliver } = settings
  const { idleClusters: idle = [] } = target
  return {
    ...settings,
    // What no cluster runs is not part of a proof.
    sources: settings.sources.filter(({ cluster }) => cluster === undefined || !idle.includes(cluster)),
    deliver: {
      ...deliver,
      base: target.branch,
      mode: mode ?? deliver.mode,
      repositories: [...new Set([...deliver.repositories, ...target.aliases])],
    },
  }
}

/** The settings of a target before its own file is known. */
export const operatorOnly = (
  ports: Ports,
  context: TargetContext,
  { target, root }: { readonly target: RepositoryTarget; readonly root?: string },
): Settings =>
  targetSettings(ports, context, {
    target,
    main: { file: target.settings, text: '' },
    ...(root === undefined ? {} : { root }),
  })
