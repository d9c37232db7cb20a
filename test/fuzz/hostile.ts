import type { Draw } from './draw.ts'

/** Where the traps of a run are. */
export interface Traps {
  /** Directory outside the repository with files that hold the canary. */
  readonly outside: string
  /** `../` steps from the repository to the directory outside, with its name. */
  readonly steps: string
  /** Base URL of a server that must not be asked. */
  readonly server: string
}

/** A path that leads out of the repository or to a server, in one of the ways that people write such. */
export function hostilePath(draw: Draw, { outside, steps, server }: Traps): string {
  const target = draw.one(['', '/base', '/values.yaml', '/charts', '/deployment.yaml', '/schema.json'])
  const climbs = `${'../'.repeat(draw.integer(12))}${steps}${target}`
  return draw.one([
    () => climbs,
    () => `${outside}${target}`,
    () => `./x/..//${climbs}`,
    () => `${'././'.repeat(600)}${climbs}`,
    () => `a\n/../${climbs}`,
    () => `a://../${climbs}`,
    () => `key=${climbs}`,
    () => `${climbs}?ref=main`,
    () => `file://${outside}${target}`,
    () => `${server}${target}`,
    () => server.replace('http', draw.one(['HTTP', 'hTTp', ' http', 'git::http'])),
    () => `k=${server}${target}`,
    () => `${server.replace('http://', 'git@').replace(/:(\d+)/, '/$1:')}`,
    () => `chart,${outside}/values.yaml`,
    () => `-${climbs}`,
    () => `--post-renderer=${outside}/evil.sh`,
    () => `\u202e${climbs}`,
    () => climbs.replaceAll('/', '\\'),
  ])()
}

/** A text that names may have: control characters, commands of workflows, Markdown, HTML, flags. */
export const hostileText = (draw: Draw): string =>
  draw.one([
    'plain-name',
    'a\u001b[31mb\u001b]0;title\u0007',
    'x\n::error::injected',
    '::stop-commands::x',
    '@octocat fixes #1',
    '<img src=x onerror=alert(1)>',
    '`code` [link](javascript:alert(1))',
    '\u202egnp.exe',
    'a\u0000b',
    '--help',
    '$(touch pwned)',
    '{{ .Values.secret }}',
    'x'.repeat(5_000),
    '\ud800',
    '__proto__',
  ])

/** A YAML scalar for a text, in one of the ways that YAML has for it. */
export function asYaml(draw: Draw, text: string): string {
  const escaped = [...text].map(
    (character) => `\\U${character.codePointAt(0)?.toString(16).padStart(8, '0')}`,
  )
  return draw.one([
    () => JSON.stringify(text),
    () => JSON.stringify(text),
    () => `"${escaped.join('')}"`,
    () => `'${text.replaceAll("'", "''")}'`,
    () => `!!str ${JSON.stringify(text)}`,
    () => `&a${draw.integer(1000)} ${JSON.stringify(text)}`,
    () => `!!binary ${Buffer.from(text).toString('base64')}`,
    () => text,
  ])()
}
