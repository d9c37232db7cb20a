import type { Problem } from '../plugin/model/problem.ts'
import type { FoundSetting } from './find-settings.ts'
import type { DenialReason } from './placed-settings.ts'
import { isMapping } from './schema-walk.ts'

/** How the user of this host gives operator settings. */
export interface OperatorAdvice {
  /** The file of operator settings, as it is named in a message. */
  readonly file: string
  /** What allows repositories to give a setting: a flag or an input, with the name in it. */
  readonly allow: (name: string) => string
}

type Denied = Pick<FoundSetting, 'name' | 'cluster' | 'value'>

interface Said {
  readonly shown: string
  readonly move: string
  readonly file: string
  readonly allowed: string
}

const said: Readonly<Record<DenialReason, (parts: Said) => readonly [message: string, hint: string]>> = {
  reviewed: ({ shown, move, allowed }) => [
    `${shown} is an operator setting, which this repository may not set`,
    `${move}\n  Or allow it by name, if you trust everybody who can change the repository:\n    ${allowed}`,
  ],
  never: ({ shown, move }) => [`${shown} is not used: no repository may set it`, move],
  overridden: ({ shown, file }) => [`${shown} is not used: ${file} sets it`, 'Remove it here.'],
  mixed: ({ shown, move, file }) => [
    `${shown} is set by this repository, but ${file} sets other parts of the same server`,
    `A server and its credentials must come from one file. ${move}`,
  ],
  inside: ({ shown }) => [
    `${shown} is a path inside the repository`,
    'Move the file out of the repository: who can change the repository could replace it.',
  ],
}

/** The message about an operator setting that is left out, without its place. */
export function denialOf(
  setting: Denied,
  reason: DenialReason,
  { file, allow }: OperatorAdvice,
): Omit<Problem, 'place'> {
  const { name, cluster } = setting
  const [message, hint] = said[reason]({
    shown: cluster === undefined ? name : `${name} of cluster ${ascii(cluster)}`,
    move: `Move it to ${file}:\n    ${operatorLine(setting)}`,
    file,
    allowed: allow(name),
  })
  return { code: 'settings.operator', message, hint }
}

/** A line of YAML that gives a setting in a file of operator settings. Values that may hold a secret are left out. */
function operatorLine({ name, cluster, value }: Denied): string {
  const steps = name.split('.')
  const nest = ([first = '', ...rest]: readonly string[]): string =>
    rest.length === 0 ? `${first}: ${shownValue(name, value)}` : `${first}: { ${nest(rest)} }`
  const [top, ...rest] = steps
  return top === 'clusters' && rest.length > 0
    ? `clusters: [{ name: ${ascii(cluster ?? 'prod')}, ${nest(rest)} }]`
    : nest(steps)
}

const longest = 120

function shownValue(name: string, value: unknown): string {
  if (name.endsWith('.headers') || isMapping(value)) return '{ … }'
  const text = ascii(typeof value === 'string' ? withoutLogin(value) : value)
  return text.length > longest ? '…' : text
}

const withoutLogin = (text: string): string => text.replace(/\/\/[^/@]*@/, '//')

/** A value as JSON in ASCII, which is YAML; a plain name as it is. */
function ascii(value: unknown): string {
  if (
    typeof value === 'string' &&
    /^[A-Za-z][\w.-]*$/.test(value) &&
    !/^(y|yes|n|no|on|off|true|false|null)$/i.test(value)
  )
    return value
  return (JSON.stringify(value) ?? 'null').replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
