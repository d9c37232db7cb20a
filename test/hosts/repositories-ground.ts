import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import type { Files } from '../lab/layouts.ts'
import { programDirectory } from '../lab/programs.mjs'
import { type Ended, git, tortoise, writeFiles } from './program.ts'

/** Bare repositories on a real Git server, and the built program that works on them without a checkout. */
export interface RepositoriesGround {
  readonly root: string
  readonly server: GitServer
  /** The bare repository of a name. */
  readonly bare: (name: string) => string
  readonly address: (name: string) => string
  /** Makes a bare repository with the files on a branch, or on each of several. */
  readonly publish: (name: string, branches: Readonly<Record<string, Files>>) => void
  /** Commits files to a branch as a person. */
  readonly commit: (name: string, branch: string, files: Files) => void
  readonly headOf: (name: string, branch?: string) => string
  /** Writes a file of operator settings. Returns its path. */
  readonly operator: (settings: object, name?: string) => string
  /** Runs a command with `--repositories`. */
  readonly run: (
    args: readonly string[],
    operator: string,
    env?: Readonly<Record<string, string>>,
  ) => Promise<Ended>
  readonly close: () => Promise<void>
}

/** The environment of a run: the real kubectl and Helm, and no settings of the user. */
const environmentIn = (home: string): Readonly<Record<string, string>> => ({
  PATH: [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter),
  HOME: home,
})

/** Starts the server on an empty directory. */
export async function openRepositories(): Promise<RepositoriesGround> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-repositories-'))
  const place = join(root, 'server')
  mkdirSync(place)
  const server = await startGitServer(place)
  const bare = (name: string): string => join(place, `${name}.git`)
  const workOn = (name: string, branch: string): string => {
    const work = mkdtempSync(join(root, 'work-'))
    git(work, 'clone', '--quiet', '--branch', branch, bare(name), 'clone')
    return join(work, 'clone')
  }
  const env = { ...environmentIn(root), TORTOISE_GIT_TOKEN: server.token }
  return {
    root,
    server,
    bare,
    address: (name) => `${server.url}/${name}.git`,
    publish: (name, branches) => {
      mkdirSync(dirname(bare(name)), { recursive: true })
      git(root, 'init', '--quiet', '--bare', '--initial-branch=main', bare(name))
      for (const [branch, files] of Object.entries(branches)) {
        const work = mkdtempSync(join(root, 'work-'))
        git(work, 'init', '--quiet', `--initial-branch=${branch}`)
        writeFiles(work, files)
        git(work, 'add', '--all')
        git(work, 'commit', '--quiet', '--message=start', '--date=2026-01-01T00:00:00Z')
        git(work, 'push', '--quiet', bare(name), branch)
      }
    },
    commit: (name, branch, files) => {
      const work = workOn(name, branch)
      writeFiles(work, files)
      git(work, 'add', '--all')
      git(work, 'commit', '--quiet', '--message=by hand')
      git(work, 'push', '--quiet', 'origin', branch)
    },
    headOf: (name, branch = 'main') => git(bare(name), 'rev-parse', branch).trim(),
    operator: (settings, name = 'operator.yaml') => {
      // JSON is YAML.
      writeFileSync(join(root, name), JSON.stringify(settings))
      return join(root, name)
    },
    run: (args, operator, more = {}) =>
      tortoise([...args, '--repositories', '--operator-settings', operator], { env: { ...env, ...more } }),
    close: async () => {
      await server.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
