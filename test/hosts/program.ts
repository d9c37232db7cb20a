import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { programDirectory } from '../lab/programs.mjs'

const root = join(import.meta.dirname, '../..')
/** The built command-line program. */
export const program = join(root, 'dist/tortoise.js')
/** The demo's files as they are kept in the project. */
export const demoFiles = join(root, 'plugin/hosts/demo/files')

/** How a run of the built program ended. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly node?: string
  readonly file?: string
}

/** Runs the built program without blocking the servers of this process. */
export function tortoise(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { cwd = tmpdir(), env = {}, node = process.execPath, file = program } = options
  return new Promise((resolve, reject) => {
    const child = spawn(node, [file, ...args], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (text) => (output.stdout += text))
    child.stderr.on('data', (text) => (output.stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...output }))
  })
}

const identity = {
  GIT_AUTHOR_NAME: 'Owner',
  GIT_AUTHOR_EMAIL: 'owner@shop.example',
  GIT_COMMITTER_NAME: 'Owner',
  GIT_COMMITTER_EMAIL: 'owner@shop.example',
}

/** Runs the real git in a directory. */
export const git = (directory: string, ...args: readonly string[]): string =>
  execFileSync('git', args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    maxBuffer: 64 * 1024 ** 2,
  })

/** Writes files below a directory, by path. */
export function writeFiles(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
}

/** Makes a directory a repository whose branch `main` has one commit, with all files. Options are those of `git commit`. */
export function beginRepository(directory: string, ...options: readonly string[]): void {
  git(directory, 'init', '--quiet', '--initial-branch=main')
  git(directory, 'add', '--all')
  git(directory, 'commit', '--quiet', '--message=as it was', ...options)
}

/** A fresh checkout of the demo's repository with one commit on main, and a way to remove it. */
export function demoCheckout(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-checkout-'))
  cpSync(join(demoFiles, 'repository'), directory, { recursive: true })
  beginRepository(directory)
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** The sources that the demo's settings name, as the bare programs take them. */
export const demoSources = [
  { id: 'apps/overlays/prod', cluster: 'prod', args: ['kubectl', 'kustomize', 'apps/overlays/prod'] },
  {
    id: 'apps/overlays/staging',
    cluster: 'staging',
    args: ['kubectl', 'kustomize', 'apps/overlays/staging'],
  },
  ...['prod', 'staging'].flatMap((cluster) =>
    ['storefront', 'search'].map((release) => ({
      id: `${release}: charts/web + envs/${cluster}/${release}.yaml`,
      cluster,
      args: [
        'helm',
        'template',
        release,
        'charts/web',
        '--namespace',
        'shop',
        '--values',
        `envs/${cluster}/${release}.yaml`,
      ],
    })),
  ),
] as const

/** What the bare program prints for a source, as objects. */
export function renderBare(directory: string, [file, ...args]: readonly string[]): readonly JsonObject[] {
  const text = execFileSync(file ?? '', args, { cwd: directory, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 })
  const documents = parseAllDocuments(text)
  return 'empty' in documents
    ? []
    : documents.map((document) => document.toJS() as JsonObject).filter(Boolean)
}

/** The text of a file. */
export const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')

/** Runs a command on the demo's repository and recorded snapshot, with the programs of the tests. */
export const onDemo = (command: string, ...args: readonly string[]): Promise<Ended> =>
  tortoise(
    [
      command,
      ...args,
      '--repo',
      join(demoFiles, 'repository'),
      '--snapshot',
      join(demoFiles, 'snapshot.json'),
    ],
    { env: { PATH: [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter) } },
  )
