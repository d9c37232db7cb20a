import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { programChoice } from '../../../../plugin/hosts/action/programs/choice.ts'
import { pinned } from '../../../../plugin/hosts/action/programs/pinned.ts'
import { releaseFor } from '../../../../plugin/hosts/action/programs/release.ts'

afterEach(() => vi.unstubAllEnvs())

describe('the pinned programs', () => {
  it('have a version and one checksum for each platform', () => {
    for (const { version, archives } of Object.values(pinned)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
      expect(Object.keys(archives)).toEqual(['darwin-amd64', 'darwin-arm64', 'linux-amd64', 'linux-arm64'])
    }
    const all = Object.values(pinned).flatMap(({ archives }) => Object.values(archives))
    for (const checksum of all) expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(all).size).toBe(all.length)
  })

  it('are the versions that the quick start names', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/start/action.md'), 'utf8')
    const { kustomize, helm } = pinned
    expect(page).toContain(`kustomize ${kustomize.version} or Helm ${helm.version}`)
    expect(page).toContain(`helm-v${helm.version}-linux-amd64.tar.gz`)
    expect(page).toContain(`kustomize_v${kustomize.version}_linux_amd64.tar.gz`)
  })

  it('come from their publishers over TLS', () => {
    const urls = (['kustomize', 'helm'] as const).map(
      (name) => releaseFor(name, { platform: 'linux', arch: 'arm64' })?.url.href,
    )
    expect(urls).toEqual([
      'https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.1/kustomize_v5.8.1_linux_arm64.tar.gz',
      'https://get.helm.sh/helm-v4.1.4-linux-arm64.tar.gz',
    ])
  })
})

const given = (inputs: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value)
  return programChoice()
}

const digits = 'A1'.repeat(32)

describe('the inputs about programs', () => {
  it('mean auto, the pinned versions and the publishers by default', () => {
    expect(given({})).toEqual({ install: 'auto', versions: [] })
  })

  it('name versions with their checksums, and a mirror', () => {
    const versions = ` helm v3.18.4 sha256:${digits}\n\nkustomize 5.7.1 sha256:${digits}\n`
    expect(given({ 'program-versions': versions, 'programs-url': 'https://mirror.example/tools/' })).toEqual({
      install: 'auto',
      mirror: new URL('https://mirror.example/tools/'),
      versions: [
        { name: 'helm', version: '3.18.4', sha256: digits.toLowerCase() },
        { name: 'kustomize', version: '5.7.1', sha256: digits.toLowerCase() },
      ],
    })
  })

  it.each([
    [{ 'install-programs': 'yes' }, 'install-programs is yes, which is not auto or never'],
    [{ 'program-versions': 'helm 3.18.4' }, 'program-versions has helm 3.18.4, which is not like'],
    [{ 'program-versions': `kubectl 1.35.2 sha256:${digits}` }, 'which is not like helm 3.18.4 sha256:'],
    [{ 'program-versions': `helm ../x sha256:${digits}` }, 'which is not like'],
    [
      { 'program-versions': `helm 3.18.4 sha256:${digits}\nhelm 4.1.4 sha256:${digits}` },
      'program-versions has two versions of one program',
    ],
    [
      { 'install-programs': 'never', 'program-versions': `helm 3.18.4 sha256:${digits}` },
      'program-versions cannot be used with install-programs: never',
    ],
    [{ 'programs-url': 'file:///opt' }, 'programs-url is not a URL of http or https'],
  ])('%j is refused', (inputs, message) => {
    expect(() => given(inputs)).toThrow(message)
  })
})
