import { describe, expect, it } from 'vitest'
import { kindOfHost } from '../../../../plugin/deliver/forges/kind-of-host.ts'

describe('the forge behind an address', () => {
  it.each([
    ['https://github.com/acme/gitops.git', 'github', 'acme/gitops'],
    ['https://github.example.com/acme/gitops', 'github', 'acme/gitops'],
    ['https://gitlab.com/shop/platform/gitops.git', 'gitlab', 'shop/platform/gitops'],
    ['https://gitlab.example.com/shop/gitops.git/', 'gitlab', 'shop/gitops'],
    ['https://codeberg.org/ada/gitops.git', 'gitea', 'ada/gitops'],
    ['https://forgejo.example.com/ada/gitops.git', 'gitea', 'ada/gitops'],
  ])('of %s is %s', (url, kind, repository) => {
    expect(kindOfHost(url)).toEqual({ kind, repository, url: new URL(url).origin })
  })

  it('is what settings say, wherever it lies', () => {
    const named = { kind: 'gitea', url: 'https://code.example.com/git/' } as const
    expect(kindOfHost('https://code.example.com/git/ada/gitops.git', named)).toEqual({
      kind: 'gitea',
      repository: 'ada/gitops',
      url: 'https://code.example.com/git',
    })
  })

  it('that the host does not tell is asked for, and a base elsewhere is refused', () => {
    expect(() => kindOfHost('https://code.example.com/ada/gitops.git')).toThrow('deliver.forge.kind')
    expect(() => kindOfHost('https://gitlab.com/a/b.git', { url: 'https://example.com' })).toThrow('below')
  })
})
