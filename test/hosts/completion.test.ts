import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { commands } from '../../plugin/hosts/cli/commands.ts'
import { program } from './program.ts'

const script = (shell: string): string =>
  spawnSync(process.execPath, [program, 'completion', shell], { encoding: 'utf8' }).stdout

function inShell(shell: string, args: readonly string[], text: string): string {
  const { status, stdout, stderr } = spawnSync(shell, [...args, '-c', text], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trim()
}

const isPresent = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0

const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['tortoise ba', ['backtest']],
  ['tortoise set --dry', ['--dry-run']],
  ['tortoise plan --output ', ['table', 'markdown', 'json', 'html']],
  ['tortoise plan -o m', ['markdown']],
  ['tortoise completion z', ['zsh']],
  ['tortoise help disc', ['discover']],
]

describe('in bash', () => {
  /** Completes as bash does on Tab: the function that `complete` registered, with the words so far. */
  const complete = (line: string): readonly string[] =>
    inShell(
      'bash',
      ['--norc'],
      `source <(cat <<'SCRIPT'
${script('bash')}
SCRIPT
)
[[ $(complete -p tortoise) == *'-F _tortoise tortoise' ]] || exit 1
COMP_WORDS=(${line}${line.endsWith(' ') ? "''" : ''}) COMP_CWORD=${line.split(' ').length - 1}
_tortoise
printf '%s\\n' "\${COMPREPLY[@]}"`,
    ).split('\n')

  it.each(cases)('%s is completed', (line, offered) => {
    expect(complete(line)).toEqual(offered)
  })

  it('every command is offered first', () => {
    expect(complete('tortoise ')).toEqual([...Object.keys(commands), 'help', '--help', '--version'])
  })

  it('a directory is left to bash', () => {
    expect(complete('tortoise plan --repo x')).toEqual([''])
  })
})

describe.skipIf(!isPresent('fish'))('in fish', () => {
  it.each(cases)('%s is completed', (line, offered) => {
    const shown = inShell('fish', ['--no-config'], `${script('fish')}\ncomplete -C '${line}'`)
    expect(
      shown
        .split('\n')
        .map((text) => text.split('\t')[0])
        .toSorted(),
    ).toEqual([...offered].toSorted())
  })
})

describe.skipIf(!isPresent('zsh'))('in zsh', () => {
  it('the script registers itself and reads without a fault', () => {
    const prepared = 'autoload -Uz compinit; compinit -D -u'
    expect(inShell('zsh', ['-f'], `${prepared}\n${script('zsh')}\nprint $_comps[tortoise]`)).toBe('_tortoise')
  })

  it.each([
    ['tortoise x', 'describe backtest'],
    ['tortoise plan x', 'arguments *--output[format of the report]:value:(table markdown json html)'],
    ['tortoise completion x', 'arguments :shell:(bash zsh fish)'],
    ['tortoise help x', 'describe backtest'],
  ])('%s is completed', (line, offered) => {
    const stubs = `compdef() { }
_describe() { local one; for one in $commands; do print -r -- "describe \${one%%:*}"; done }
_arguments() { local one; for one; do print -r -- "arguments $one"; done }`
    const text = `${stubs}\n${script('zsh')}\nwords=(${line}) CURRENT=${line.split(' ').length}; _tortoise`
    expect(inShell('zsh', ['-f'], text).split('\n')).toContain(offered)
  })
})
