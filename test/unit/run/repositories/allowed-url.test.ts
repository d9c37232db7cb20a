import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { discoverSchema } from '../../../../config/discover.ts'
import { allowedRepositories } from '../../../../plugin/run/repositories/allowed-url.ts'

const find = (...allow: readonly z.input<typeof discoverSchema>['allow'][]) => {
  const { allow: parsed } = discoverSchema.parse({ allow: allow[0] })
  const found = allowedRepositories(parsed)
  return (url: string) => {
    const one = found(url)
    return typeof one === 'string' ? undefined : one.url
  }
}

const acme = find([{ url: 'https://git.example.com/acme/*', hosts: ['ssh.example.com', 'gitea.svc:3000'] }])

describe('a URL of a live object', () => {
  it.each([
    ['https://git.example.com/acme/shop.git', 'https://git.example.com/acme/shop.git'],
    ['https://git.example.com/acme/shop/', 'https://git.example.com/acme/shop'],
    ['https://GIT.example.com/acme/shop', 'https://git.example.com/acme/shop'],
    ['https://ada:secret@git.example.com/acme/shop?x=1#y', 'https://git.example.com/acme/shop'],
    ['http://git.example.com/acme/shop', 'https://git.example.com/acme/shop'],
    ['git@git.example.com:acme/shop.git', 'https://git.example.com/acme/shop.git'],
    ['ssh://git@ssh.example.com:2222/acme/shop', 'https://git.example.com/acme/shop.git'],
    ['http://gitea.svc:3000/acme/shop.git', 'https://git.example.com/acme/shop.git'],
  ])('%s is read from the server of the pattern', (given, url) => {
    expect(acme(given)).toBe(url)
  })

  it.each([
    'https://git.example.com/other/shop.git',
    'https://git.example.com/acme/team/shop.git',
    'https://git.example.com/acme',
    'https://git.example.com/acme/../other/shop',
    'https://git.example.com/acme/%2e%2e/other/shop',
    'https://git.example.com/acme/..%2fother%2fshop',
    'https://git.example.com/acme/shop%0d%0aX-Header',
    'https://git.example.com/acme/a:b@evil.example.com',
    'https://git.example.com:8443/acme/shop',
    'https://git.example.com@evil.example.com/acme/shop',
    'https://git.example.com.evil.example.com/acme/shop',
    'https://evil.example.com/git.example.com/acme/shop',
    'https://gitea.svc/acme/shop',
    'git@evil.example.com:acme/shop.git',
    'ssh://git.example.com@evil.example.com/acme/shop',
    'file:///etc/passwd',
    'ext::sh -c touch% /tmp/pwned',
    '/srv/git/acme/shop',
    '',
  ])('%s reaches no server', (given) => {
    expect(acme(given)).toBeUndefined()
  })

  it('is allowed by the first pattern that matches, and by none without patterns', () => {
    expect(find([])('https://git.example.com/acme/shop')).toBeUndefined()
    const several = find([
      { url: 'https://github.com/Acme/shop', github: {} },
      { url: 'http://127.0.0.1:3000/**' },
    ])
    // GitHub ignores case.
    expect(several('https://github.com/acme/Shop.git')).toBe('https://github.com/acme/Shop.git')
    expect(several('http://127.0.0.1:3000/a/b/c')).toBe('http://127.0.0.1:3000/a/b/c')
    expect(several('http://127.0.0.1:3001/a/b/c')).toBeUndefined()
  })

  it('needs a path of owner and name on GitHub', () => {
    expect(
      find([{ url: 'https://ghe.example.com/**', github: {} }])('https://ghe.example.com/a/b/c'),
    ).toBeUndefined()
  })
})

describe('a pattern', () => {
  it.each([
    'https://*.example.com/acme/*',
    'https://ada@git.example.com/x',
    'git.example.com/acme/*',
    'https://git.example.com',
  ])('%s is refused: its host must be literal, and it must have a path', (url) => {
    expect(discoverSchema.safeParse({ allow: [{ url }] }).success).toBe(false)
  })
})
