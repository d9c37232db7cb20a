import { stop } from '../../../model/problem.ts'
import { given } from '../inputs.ts'
import type { InstalledName } from './pinned.ts'
import type { GivenVersion } from './release.ts'

/** What the inputs say about programs: whether they are installed, from where, and in which versions. */
export interface ProgramChoice {
  readonly install: 'auto' | 'never'
  /** A server that has the archives under their own names. */
  readonly mirror?: URL
  readonly versions: readonly GivenVersion[]
}

/** Reads the inputs about programs. Throws `usage` for a value that has another form. */
export function programChoice(): ProgramChoice {
  const install = given('install-programs') ?? 'auto'
  if (install !== 'auto' && install !== 'never')
    throw wrong(`install-programs is ${install}, which is not auto or never`)
  const versions = (given('program-versions') ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map(versionIn)
  const names = versions.map(({ name }) => name)
  if (new Set(names).size < names.length) throw wrong('program-versions has two versions of one program')
  if (versions.length > 0 && install === 'never')
    throw wrong('program-versions cannot be used with install-programs: never')
  const mirror = mirrorIn(given('programs-url'))
  return { install, versions, ...(mirror === undefined ? {} : { mirror }) }
}

function versionIn(line: string): GivenVersion {
  const [, name, version = '', sha256 = ''] =
    /^(helm|kustomize)\s+v?(\d+\.\d+\.\d+(?:-[\w.]+)?)\s+sha256:([0-9a-f]{64})$/i.exec(line) ?? []
  if (!isInstalled(name))
    throw wrong(`program-versions has ${line}, which is not like helm 3.18.4 sha256: and 64 digits`)
  return { name, version, sha256: sha256.toLowerCase() }
}

const isInstalled = (name: string | undefined): name is InstalledName =>
  name === 'helm' || name === 'kustomize'

function mirrorIn(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw wrong('programs-url is not a URL of http or https')
  return url
}

const wrong = (what: string) => stop('usage', `Input ${what}`, { hint: 'Correct it in the workflow.' })
