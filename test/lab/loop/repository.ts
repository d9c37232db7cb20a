import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { chart, isRelease, manifestOf, namespace, services } from './services.ts'

/** The repository of the lab: a bare one that is served, and the checkout that runs use. */
export interface Repository {
  readonly checkout: string
  /** The commit of `main` on the server. */
  readonly head: () => string
  /** Sets the checkout to `main` of the server. */
  readonly refresh: () => void
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

/** The directories that Flux rolls out. */
export const directories = [...new Set(services.map(({ directory }) => directory))]

/** The repository as its owners wrote it: plain manifests, and a kustomization in one of two directories. */
function filesOf(): Readonly<Record<string, string>> {
  const releases = services.filter(isRelease).map((one) => `${one.directory}/${one.name}.yaml`)
  const shop = services.filter(({ directory }) => directory === 'apps/shop')
  return {
    ...Object.fromEntries(
      services.map((one) => [`${one.directory}/${one.name}.yaml`, stringify(manifestOf(one))]),
    ),
    ...chart,
    'apps/shop/kustomization.yaml': stringify({
      namespace,
      resources: shop.map(({ name }) => `${name}.yaml`),
    }),
    'tortoise.yaml': stringify({
      sources: [...directories.filter((one) => one !== 'apps/releases'), ...releases].map((path) => ({
        path,
        cluster: 'prod',
        namespace,
      })),
      clusters: [{ name: 'prod' }],
      deliver: { mode: 'direct', base: 'main' },
    }),
  }
}

/** Creates the repository below a directory that a Git server serves, with one commit at a time. */
export function createRepository(root: string, at: Date): Repository {
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
  commit(filesOf(), 'as it was', at)
  const refresh = (): void => {
    gitIn(checkout, ['fetch', '--quiet', 'origin', 'main'])
    gitIn(checkout, ['reset', '--quiet', '--hard', 'origin/main'])
  }
  return {
    checkout,
    head: () => gitIn(bare, ['rev-parse', 'main']),
    refresh,
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
