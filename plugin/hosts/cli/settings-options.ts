import { type Command, Option } from 'commander'

const collect = (names: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...names.split(',').filter(Boolean),
]

/** Adds the flags for the file of operator settings and for the sandbox. */
export const withOperatorFile = (command: Command): Command =>
  command
    .option(
      '--operator-settings <file>',
      "operator settings: programs, servers and credentials; outside the repository (default: operator.yaml in the user's configuration)",
    )
    .addOption(
      new Option(
        '--sandbox <mode>',
        'whether kustomize and Helm run in a sandbox (default: preferred)',
      ).choices(['required', 'preferred', 'off']),
    )

/** Adds the flags about operator settings. */
export const withOperatorFlags = (command: Command): Command =>
  withOperatorFile(command).option(
    '--allow-from-repository <names>',
    'operator settings that the repository may set, for example clusters.prometheus.url; repeatable',
    collect,
  )

/** Adds the flag for the settings file, and those about operator settings. */
export const withSettingsFlags = (command: Command): Command =>
  withOperatorFlags(
    command.option('--settings <file>', 'settings file (default: tortoise.yaml at the root, if it exists)'),
  )
