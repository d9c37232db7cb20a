import { showFailures } from '../../io/program-failures.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'

const isSet = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value)

/** Whether the log of this process is kept by a CI system, where more people read it than may read Secrets. */
const isCi = ({ env }: Pick<Host, 'env'>): boolean => isSet(env['CI']) || isSet(env['GITHUB_ACTIONS'])

/**
 * With `--debug` or `TORTOISE_DEBUG`, prints what failing programs say to stderr: all of it, which may hold values of
 * Secrets. It prints nothing in CI and in the daemon, whose logs are kept.
 */
export function debugPrograms(host: Host, { debug, command }: { debug: boolean; command: string }): void {
  if (!debug && !isSet(host.env['TORTOISE_DEBUG'])) return
  if (isCi(host) || command === 'serve') {
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
