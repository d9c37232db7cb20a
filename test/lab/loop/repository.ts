import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { stringify } from 'yaml'
import { chart, manifestsOf, patchOf } from './manifests.ts'
import { clusterOf, namespaceOf, type Service } from './services.ts'

/** The repository of the lab: a bare one that is served, and the checkout that runs use. */
export interface Repository {
  readonly checkout: string
  /** The commit of `main` on the server. */
  readonly head: () => string
  /** Sets the checkout to `main` of the server. */
  readonly refresh: () => void
  /** A commit of the owners on `main`, where a file is new or changes. */
  readonly write: (path: string, text: string, at: Date) => void
  /** A person's commit of one file on `main`. */
  readonly edit: (path: string, change: (text: string) => string, at: Date) => void
  /** The text of a file on `main`. */
  readonly read: (path: string) => string
  /** The changes that the trailers of a commit state. */
  readonly changesOf: (commit: string) => readonly string[]
}

const author = { NAME: 'Owner', EMAIL: 'owner@shop.example' }
const identity = Object.fromEntries(
  Object.entries(author).flatMap(([name, value]) => [
    [`GIT_AUTHOR_${name}`, value],
    [`GIT_COMMITTER_${name}`, value],
  ]),
)

const gitIn = (directory: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execFileSync('git', args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...identity, ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).trim()

/** What the repository has besides the manifests of services. */
export interface Content {
  readonly services: readonly Service[]
  /** More files. */
  readonly files?: Readonly<Record<string, string>>
  /** More settings. */
  readonly settings?: object
}

/** The directories that Flux rolls out in a cluster. */
export const directoriesOf = (services: readonly Service[], cluster: string): readonly string[] => [
  ...new Set(services.filter((one) => clusterOf(one) === cluster).map(({ directory }) => directory)),
]

const yaml = (objects: readonly object[]): string => objects.map((one) => stringify(one)).join('---\n')
const fileOf = ({ chart, directory, base = directory, name }: Service): string =>
  chart === undefined ? `${base}/${name}.yaml` : `${chart}/templates/${name}.yaml`

/** The file that has the sizes of a service: its manifest, or the patch of it. */
export const sizesFileOf = (service: Service): string =>
  service.isPatched === true ? `${service.directory}/${service.name}.yaml` : fileOf(service)

/** Directories of plain manifests, which no kustomization lists. */
const isPlain = (directory: string): boolean => /\/(system|releases|bounded|rendered)$/.test(directory)

function kustomizationOf(directory: string, services: readonly Service[]): Readonly<Record<string, string>> {
  if (isPlain(directory)) return {}
  const own = services.filter((one) => one.directory === directory)
  const bases = [...new Set(own.flatMap(({ base }) => base ?? []))]
  const patched = own.filter(({ isPatched }) => isPatched === true)
  const resources = [
    ...own.flatMap(({ base, name }) => (base === undefined ? `${name}.yaml` : [])),
    ...bases.map((base) => relative(directory, base)),
  ]
  const patches = patched.map(({ name }) => ({ path: `${name}.yaml` }))
  const inBase = (base: string): readonly string[] => [
    ...new Set(services.filter((one) => one.base === base).map(({ name }) => `${name}.yaml`)),
  ]
  return {
    [`${directory}/kustomization.yaml`]: stringify({
      resources,
      ...(patches.length === 0 ? {} : { patches }),
    }),
    ...Object.fromEntries(patched.map((one) => [sizesFileOf(one), stringify(patchOf(one))])),
    ...Object.fromEntries(
      bases.map((base) => [`${base}/kustomization.yaml`, stringify({ resources: inBase(base) })]),
    ),
  }
}

const sourcesOf = (services: readonly Service[]): readonly object[] => {
  const sources = services.map((one) => ({
    path: one.chart ?? (one.isRelease === true ? fileOf(one) : one.directory),
    cluster: clusterOf(one),
    namespace: namespaceOf(one),
    ...(one.chart === undefined ? {} : { release: one.name, overlay: true }),
  }))
  return [...new Map(sources.map((one) => [one.path, one])).values()]
}

/** The repository as its owners wrote it. */
function filesOf({ services, files = {}, settings = {} }: Content): Readonly<Record<string, string>> {
  const clusters = [...new Set(services.map(clusterOf))].map((name) => ({ name }))
  return {
    ...Object.fromEntries(services.map((one) => [fileOf(one), yaml(manifestsOf(one))])),
    ...Object.assign({}, ...services.map(({ directory }) => kustomizationOf(directory, services))),
    ...chart,
    ...Object.fromEntries(
      services.flatMap(({ chart: own, name }) =>
        own === undefined ? [] : [[`${own}/Chart.yaml`, `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`]],
      ),
    ),
    ...files,
    'tortoise.yaml': stringify({
      sources: sourcesOf(services),
      clusters,
      deliver: { mode: 'direct', base: 'main' },
      ...settings,
    }),
  }
}

/** Creates the repository below a directory that a Git server serves, with one commit at a time. */
export function createRepository(root: string, at: Date, content: Content): Repository {
  const [bare, checkout] = [join(root, 'git/gitops.git'), join(root, 'checkout')] as const
  const commit = (files: Readonly<Record<string, string>>, message: string, time: Date): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(checkout, path)), { recursive: true })
      writeFileSync(join(checkout, path), text)
    }
    const dates = { GIT_AUTHOR_DATE: time.toISOString(), GIT_COMMITTER_DATE: time.toISOString() }
    gitIn(checkout, ['add', '--all'])
    gitIn(checkout, ['commit', '--quiet', `--message=${message}`], dates)
    gitIn(checkout, ['push', '--quiet', 'origin', 'main'])
  }
  gitIn(root, ['init', '--quiet', '--bare', '--initial-branch=main', bare])
  gitIn(root, ['init', '--quiet', '--initial-branch=main', checkout])
  gitIn(checkout, ['remote', 'add', 'origin', bare])
  commit(filesOf(content), 'as it was', at)
  const refresh = (): void => {
    gitIn(checkout, ['fetch', '--quiet', 'origin', 'main'])
    gitIn(checkout, ['reset', '--quiet', '--hard', 'origin/main'])
  }
  return {
    checkout,
    head: () => gitIn(bare, ['rev-parse', 'main']),
    refresh,
    write: (path, text, at) => {
      refresh()
      const file = join(checkout, path)
      if (!existsSync(file) || readFileSync(file, 'utf8') !== text) commit({ [path]: text }, 'rendered', at)
    },
    edit: (path, change, at) => {
      refresh()
      commit({ [path]: change(readFileSync(join(checkout, path), 'utf8')) }, 'by hand', at)
    },
    read: (path) => gitIn(bare, ['show', `main:${path}`]),
    changesOf: (commit) =>
      gitIn(bare, ['log', '-1', '--format=%(trailers:key=Tortoise-Change,valueonly)', commit])
        .split('\n')
        .filter((line) => line !== ''),
  }
}
