import { describe, expect, it } from 'vitest'
import { kindOfHost } from '../../../../plugin/deliver/forges/kind-of-host.ts'

describe('the forge of a Git URL', () => {
  it.each([
    ['https://github.com/acme/gitops.git', 'github', 'acme/gitops'],
    ['https://github.example.com/acme/gitops', 'github', 'acme/gitops'],
    ['https://gitlab.com/shop/platform/gitops.git', 'gitlab', 'shop/platform/gitops'],
    ['https://gitlab.example.com/shop/gitops.git/', 'gitlab', 'shop/gitops'],
    ['https://gitlab.com/two%20words/100%/gitops', 'gitlab', 'two%20words/100%/gitops'],
    ['https://codeberg.org/ada/gitops.git', 'gitea', 'ada/gitops'],
    ['https://forgejo.example.com/ada/gitops.git', 'gitea', 'ada/gitops'],
  ])('for %s is %s', (url, kind, repository) => {
    expect(kindOfHost(url)).toEqual({ kind, repository, url: new URL(url).origin })
  })

  it('is the one that settings name, whatever its host', () => {
    const named = { kind: 'gitea', url: 'https://code.example.com/git/' } as const
    expect(kindOfHost('https://code.example.com/git/ada/gitops.git', named)).toEqual({
      kind: 'gitea',
      repository: 'ada/gitops',
      url: 'https://code.example.com/git',
    })
  })

  it('must be named when the host is unknown, and its URL must be the start of the Git URL', () => {
    expect(() => kindOfHost('https://code.example.com/ada/gitops.git')).toThrow('deliver.forge.kind')
    expect(() => kindOfHost('https://gitlab.com/a/b.git', { url: 'https://example.com' })).toThrow('below')
  })
})
