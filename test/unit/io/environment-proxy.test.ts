import { describe, expect, it } from 'vitest'
import { environmentProxy } from '../../../plugin/io/environment-proxy.ts'

const proxyFor = (url: string, env: Readonly<Record<string, string>>): string | undefined =>
  environmentProxy(new URL(url), env)?.url.href

const both = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:2' }

describe('the proxy of the environment', () => {
  it('is chosen by the scheme of the URL', () => {
    expect(proxyFor('https://charts.example.com', both)).toBe('http://secure:1/')
    expect(proxyFor('http://charts.example.com', both)).toBe('http://plain:2/')
    expect(proxyFor('https://charts.example.com', {})).toBeUndefined()
    expect(proxyFor('https://charts.example.com', { HTTP_PROXY: 'http://plain:2' })).toBeUndefined()
    expect(proxyFor('https://charts.example.com', { HTTPS_PROXY: ' ' })).toBeUndefined()
  })

  it('is the one in small letters where there are both, and needs no scheme', () => {
    expect(proxyFor('https://a.example', { ...both, https_proxy: 'small:3128' })).toBe('http://small:3128/')
    expect(proxyFor('https://a.example', { ...both, https_proxy: '' })).toBeUndefined()
  })

  it('gets its login in a header, and its URL has none', () => {
    const proxy = environmentProxy(new URL('https://a.example'), {
      HTTPS_PROXY: 'http://ann:p%40ss@proxy:8080/x',
    })
    expect(proxy).toEqual({
      url: new URL('http://proxy:8080'),
      headers: { 'proxy-authorization': `Basic ${Buffer.from('ann:p@ss').toString('base64')}` },
    })
  })

  it('keeps a login whose percent signs encode nothing', () => {
    const proxy = environmentProxy(new URL('https://a.example'), { HTTPS_PROXY: 'http://ann:100%zz@proxy' })
    expect(proxy?.headers).toEqual({
      'proxy-authorization': `Basic ${Buffer.from('ann:100%zz').toString('base64')}`,
    })
  })

  it.each(['socks5://user:secret@proxy', 'http://', 'http://proxy:99999'])(
    'is refused as %s, without its value',
    (text) => {
      const ask = () => proxyFor('https://a.example', { HTTPS_PROXY: text })
      expect(ask).toThrow(new TypeError('HTTPS_PROXY is not the URL of a proxy that speaks HTTP'))
    },
  )

  it.each([
    ['https://a.example', '*', true],
    ['https://a.example', 'a.example', true],
    ['https://b.a.example', 'a.example', true],
    ['https://ba.example', 'a.example', false],
    ['https://a.example', '.a.example', false],
    ['https://b.a.example', '.a.example', true],
    ['https://b.a.example', '*.a.example', true],
    ['https://a.example', 'b.example, A.EXAMPLE', true],
    ['https://a.example', 'b.example a.example', true],
    ['https://a.example:8443', 'a.example:8443', true],
    ['https://a.example', 'a.example:443', true],
    ['https://a.example', 'a.example:8443', false],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://a.example', ',,', false],
    ['https://a.example', '.', false],
  ])('of %s with NO_PROXY %s: direct is %s', (url, exceptions, isDirect) => {
    expect(proxyFor(url, { ...both, NO_PROXY: exceptions }) === undefined).toBe(isDirect)
    expect(proxyFor(url, { ...both, no_proxy: exceptions }) === undefined).toBe(isDirect)
  })

  it.each(['http://127.0.0.1:8080', 'https://[::1]', 'http://localhost'])(
    'is never asked about this machine: %s',
    (url) => {
      expect(proxyFor(url, both)).toBeUndefined()
    },
  )
})
