import { showFailures } from '../../io/program-failures.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'

const isSet = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value)

/** Whether a CI system or Argo CD shows what this process prints, to more people than may read Secrets. */
const isShared = ({ env }: Pick<Host, 'env'>): boolean =>
  ['CI', 'GITHUB_ACTIONS', 'ARGOCD_APP_NAME'].some((name) => isSet(env[name]))

/**
 * With `--debug` or `TORTOISE_DEBUG`, prints what failing programs say to stderr: all of it, which may hold values of
 * Secrets. It prints nothing in CI, in Argo CD's plugin and in the daemon, whose output others read.
 */
export function debugPrograms(host: Host, { debug, command }: { debug: boolean; command: string }): void {
  if (!debug && !isSet(host.env['TORTOISE_DEBUG'])) return
  if (isShared(host) || command === 'serve') {
    host.stderr(
      terminal`warning: --debug prints nothing here, because what programs say may hold values of Secrets\n`,
    )
    return
  }
  showFailures(({ command: line, stderr }) => {
    const said = terminal.join(
      stderr.split(/\r?\n/).map((text) => terminal`  | ${text}`),
      '\n',
    )
    host.stderr(terminal`debug: ${line.split(' -- ').at(-1) ?? ''} failed:\n${said}\n`)
  })
}
