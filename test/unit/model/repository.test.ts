import { describe, expect, it } from 'vitest'
import { type OwnRepository, outOfReach, repositoryName } from '../../../plugin/model/repository.ts'

describe('the name of a repository', () => {
  it.each([
    ['https://github.com/Team/Web.git', 'github.com/team/web'],
    ['git@github.com:team/web.git', 'github.com/team/web'],
    ['ssh://git@ssh.github.com:443/team/web.git', 'github.com/team/web'],
    ['https://www.github.com/team/web', 'github.com/team/web'],
    ['https://git.example.org/Team/Web', 'git.example.org/Team/Web'],
    ['https://gitlab.example.org/Team/Sub/Web', 'gitlab.example.org/team/sub/web'],
    ['https://git.example.org:8443/team/web', 'git.example.org:8443/team/web'],
    ['http://git.example.org:3000/team/web', 'git.example.org:3000/team/web'],
    ['https://bitbucket.example.org/scm/TEAM/web.git', 'bitbucket.example.org/team/web'],
    ['ssh://git@bitbucket.example.org:7999/team/web.git', 'bitbucket.example.org/team/web'],
    ['https://me@dev.azure.com/org/project/_git/web', 'dev.azure.com/org/project/web'],
    ['git@ssh.dev.azure.com:v3/org/project/web', 'dev.azure.com/org/project/web'],
    ['https://git.example.org./team/web', 'git.example.org/team/web'],
    ['ssh://[::1]:2222/team/web', '[::1]/team/web'],
    ['git@[::1]:team/web', '[::1]/team/web'],
  ])('of %s is %s', (url, name) => {
    expect(repositoryName(url)).toBe(name)
  })

  it.each([
    '',
    'web',
    '/srv/git/web.git',
    './web',
    '../web',
    'file:///srv/git/web.git',
    'C:\\git\\web',
    'c:/git/web',
    'oci://ghcr.io/team/web',
    's3://bucket/web',
    'https://git.example.org',
    'https://git.example.org/',
    'https:///team/web',
    '{{ .repoURL }}',
  ])('does not exist for %j', (url) => {
    expect(repositoryName(url)).toBeUndefined()
  })
})

describe('an origin', () => {
  const own: OwnRepository = { names: ['git.example.org/team/gitops'], branches: ['main'], head: 'main' }
  const reason = (revision: string, known = own, repository = 'git@git.example.org:team/gitops.git') =>
    outOfReach({ repository, revision, path: 'apps' }, known)

  it.each(['HEAD', '', 'main', 'refs/heads/main'])('is in reach at %j', (revision) => {
    expect(reason(revision)).toBeUndefined()
  })

  it.each([
    'v1.4.0',
    '1.x',
    '>=1.0.0',
    'production',
    '0123456789abcdef0123456789abcdef01234567',
    'refs/tags/main',
  ])('is out of reach at %j', (revision) => {
    expect(reason(revision)).toContain(`from apps at revision ${revision}, and this run delivers to main`)
  })

  it('is out of reach at HEAD where the run delivers to another branch', () => {
    expect(reason('HEAD', { ...own, branches: ['staging'] })).toContain('HEAD (main)')
    expect(reason('main', { ...own, branches: ['staging', 'main'] })).toBeUndefined()
    expect(reason('HEAD', { names: own.names, branches: ['staging'] })).toBeUndefined()
  })

  it('is in reach at the default branch alone where no branch of the run is known', () => {
    const unknown = { names: own.names, branches: [] }
    for (const revision of ['HEAD', 'main', 'master']) expect(reason(revision, unknown)).toBeUndefined()
    for (const revision of ['v1.4.0', '1.x', 'production'])
      expect(reason(revision, unknown)).toContain('nothing says that this is that branch')
    expect(reason('develop', { ...unknown, head: 'develop' })).toBeUndefined()
    expect(reason('main', { ...unknown, head: 'develop' })).toBeDefined()
  })

  it('is out of reach in another repository, in one without a name, and where nothing is known', () => {
    expect(reason('main', own, 'https://user:s3cret@git.example.org/team/web')).toMatch(
      /^it is rolled out from apps at main of git\.example\.org\/team\/web, which is not this repository \(git\.example\.org\/team\/gitops\)/,
    )
    expect(reason('main', own, '/srv/git')).toContain('whose URL names no Git server')
    expect(reason('main', { names: [], branches: [] })).toContain('deliver.repositories')
  })
})
