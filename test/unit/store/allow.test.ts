import { describe, expect, it } from 'vitest'
import { allowList, patternFor } from '../../../plugin/store/allow.ts'

const isAllowed = (patterns: readonly string[], url: string): boolean => {
  try {
    allowList(patterns).check(new URL(url))
    return true
  } catch {
    return false
  }
}

describe('a pattern', () => {
  it.each([
    ['charts.example.com', 'https://charts.example.com/stable/index.yaml', true],
    ['charts.example.com', 'https://CHARTS.example.com/', true],
    ['charts.example.com', 'http://charts.example.com/', false],
    ['charts.example.com', 'https://charts.example.com:8443/', false],
    ['charts.example.com:8443', 'https://charts.example.com:8443/x', true],
    ['charts.example.com:443', 'https://charts.example.com/x', true],
    ['charts.example.com', 'https://charts.example.com.evil.example/', false],
    ['charts.example.com', 'https://evil.example/charts.example.com', false],
    ['charts.example.com', 'https://charts.example.com@evil.example/', false],
    ['charts.example.com/stable', 'https://charts.example.com/stable', true],
    ['charts.example.com/stable', 'https://charts.example.com/stable/index.yaml', true],
    ['charts.example.com/stable/', 'https://charts.example.com/stable/index.yaml', true],
    ['charts.example.com/stable/**', 'https://charts.example.com/stable/index.yaml', true],
    ['charts.example.com/stable', 'https://charts.example.com/stable2/index.yaml', false],
    ['charts.example.com/stable', 'https://charts.example.com/stable/../secret', false],
    ['charts.example.com/stable', 'https://charts.example.com/stable/%2e%2e/secret', false],
    ['ghcr.io/*/charts', 'https://ghcr.io/team/charts/web', true],
    ['ghcr.io/*/charts', 'https://ghcr.io/team/other/charts', false],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://evilexample.com/', false],
    ['*.0.0.1', 'https://127.0.0.1/', false],
    ['oci://ghcr.io/team', 'https://ghcr.io/team/web', true],
    ['http://charts.example.com', 'http://charts.example.com/x', true],
    ['http://charts.example.com', 'https://charts.example.com/x', false],
    ['github.com/team/base', 'https://github.com/team/base.git/info/refs', true],
    ['https://github.com/team/base.git', 'https://github.com/team/base/info/refs', true],
    ['github.com/team/base', 'https://github.com/team/base2.git/info/refs', false],
    ['10.0.0.0/8', 'https://10.0.0.0/8', false],
    ['[::1]:5000', 'https://[::1]:5000/v2/', true],
  ])('%s: %s is allowed: %s', (pattern, url, expected) => {
    expect(isAllowed([pattern], url)).toBe(expected)
  })

  it('that a message proposes allows what it is proposed for', () => {
    for (const url of [
      'https://a.example/x/index.yaml',
      'http://127.0.0.1:5000/v2/',
      'https://github.com/a/b.git',
    ])
      expect(isAllowed([patternFor(new URL(url))], url)).toBe(true)
  })

  it('is needed: an empty list allows nothing', () => {
    expect(isAllowed([], 'https://charts.example.com/')).toBe(false)
  })
})

describe('an address', () => {
  const isOpen = (patterns: readonly string[], address: string): boolean => {
    try {
      allowList(patterns).checkAddress(new URL('https://charts.example.com/'), address)
      return true
    } catch {
      return false
    }
  }

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:10.1.2.3',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a00:1',
    '2002:a00:1::',
  ])('that is internal is closed to names, and open where it is listed: %s', (address) => {
    expect(isOpen(['charts.example.com', '*.example.com'], address)).toBe(false)
    expect(isOpen([address], address)).toBe(true)
  })

  it('is open where its network is listed', () => {
    expect(isOpen(['10.0.0.0/8'], '10.200.0.1')).toBe(true)
    expect(isOpen(['10.0.0.0/8'], '192.168.0.1')).toBe(false)
    expect(isOpen(['fd00::/8'], 'fd12::1')).toBe(true)
    expect(isOpen(['http://127.0.0.1:5000/charts'], '127.0.0.1')).toBe(true)
    expect(isOpen(['localhost:5000'], '::1')).toBe(true)
  })

  it('of the Internet is open', () => {
    expect(['93.184.216.34', '2606:2800:220:1::1'].map((address) => isOpen([], address))).toEqual([
      true,
      true,
    ])
  })
})
