import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findCheckout } from '../../../plugin/run/checkout.ts'
import { ownRepository } from '../../../plugin/run/own-repository.ts'
import { parseDeliver } from '../config/deliver.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'tortoise-own-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const git = (directory: string, ...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
    cwd: directory,
    stdio: 'pipe',
  })

/** A clone on branch `main` with one commit, and its remotes. */
function clone(name: string, remotes: Readonly<Record<string, string>>): string {
  const directory = join(root, name)
  mkdirSync(directory)
  git(directory, 'init', '-q', '-b', 'main')
  for (const [remote, url] of Object.entries(remotes)) git(directory, 'remote', 'add', remote, url)
  writeFileSync(join(directory, 'a.yaml'), '')
  git(directory, 'add', '-A')
  git(directory, 'commit', '-qm', 'start')
  return directory
}

const known = (directory: string, { deliver = {}, env = {}, purpose = 'run' as 'run' | 'work-tree' } = {}) =>
  ownRepository(
    { env },
    { checkout: findCheckout({ cwd: directory }, directory), deliver: parseDeliver(deliver), purpose },
  )

describe('the repository of a run', () => {
  const origin = 'git@git.example.org:team/gitops.git'

  it('is named by the remote origin, and not by other remotes', async () => {
    const directory = clone('origin', { origin, upstream: 'https://git.example.org/upstream/gitops' })
    expect(await known(directory)).toEqual({
      names: ['git.example.org/team/gitops'],
      branches: ['main'],
      known: ['main'],
    })
  })

  it('is named by its only remote, whatever that is called; a local path names nothing', async () => {
    expect((await known(clone('only', { company: origin }))).names).toEqual(['git.example.org/team/gitops'])
    expect((await known(clone('local', { origin: '/srv/git/gitops.git' }))).names).toEqual([])
    expect((await known(clone('none', {}))).names).toEqual([])
  })

  it('has every name that settings give', async () => {
    const deliver = {
      remote: { url: 'https://git.example.org/mirror/gitops.git' },
      github: { repository: 'team/gitops', apiUrl: 'https://github.example.org/api/v3' },
      repositories: ['https://git.internal/team/gitops'],
    }
    expect((await known(clone('named', { origin }), { deliver })).names).toEqual([
      'git.example.org/mirror/gitops',
      'github.example.org/team/gitops',
      'git.example.org/team/gitops',
      'git.internal/team/gitops',
    ])
    const github = { github: { repository: 'team/gitops' } }
    expect((await known(root, { deliver: github })).names).toEqual(['github.com/team/gitops'])
  })

  it('is named by the workflow whose workspace it is', async () => {
    const directory = clone('workflow', {})
    const env = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'team/gitops' }
    expect((await known(directory, { env: { ...env, GITHUB_WORKSPACE: directory } })).names).toEqual([
      'github.com/team/gitops',
    ])
    expect((await known(directory, { env: { ...env, GITHUB_WORKSPACE: root } })).names).toEqual([])
  })

  it('delivers to the base branch of the settings, else to the branch that is checked out', async () => {
    const directory = clone('branches', { origin })
    git(directory, 'checkout', '-qb', 'feature')
    expect((await known(directory)).branches).toEqual(['feature'])
    expect((await known(directory, { deliver: { base: 'production' } })).branches).toEqual(['production'])
    git(directory, 'checkout', '-q', '--detach')
    expect((await known(directory)).branches).toEqual([])
    expect((await known(directory, { env: { GITHUB_REF: 'refs/heads/main' } })).branches).toEqual(['main'])
    expect(
      (await known(directory, { env: { GITHUB_REF: 'refs/pull/1/merge', GITHUB_BASE_REF: 'main' } }))
        .branches,
    ).toEqual(['main'])
  })

  it('knows the default branch of its remote; a person may edit on a branch that is merged into it', async () => {
    const directory = clone('head', { origin })
    git(directory, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
    git(directory, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main')
    git(directory, 'checkout', '-qb', 'feature')
    expect(await known(directory)).toMatchObject({ head: 'main', branches: ['feature'] })
    expect((await known(directory, { purpose: 'work-tree' })).branches).toEqual(['feature', 'main'])
  })

  it('is that of the main worktree in a linked one', async () => {
    const directory = clone('main-tree', { origin })
    git(directory, 'worktree', 'add', '-q', '-b', 'linked', join(root, 'linked'))
    expect(await known(join(root, 'linked'))).toMatchObject({
      names: ['git.example.org/team/gitops'],
      branches: ['linked'],
    })
  })
})
