import { describe, expect, it } from 'vitest'
import { type RepositoryTarget, repositorySchema } from '../../../../config/repositories.ts'
import { targetSettings } from '../../../../plugin/run/repositories/target-settings.ts'

const operator = {
  file: 'operator.yaml',
  text: JSON.stringify({
    allow: ['clusters.prometheus.url'],
    repositories: [{ url: 'https://git.example.com/acme/other.git', branch: 'main' }],
    discover: { allow: [{ url: 'https://git.example.com/acme/*' }] },
    dashboard: { url: 'https://git.example.com/acme/ops.git' },
    clusters: [
      { name: 'prod', prometheus: { url: 'http://prod', tokenEnv: 'PROD_TOKEN' } },
      { name: 'staging', prometheus: { url: 'http://staging' } },
      { name: 'dev' },
    ],
    deliver: { remote: { url: 'https://elsewhere.example.com/x.git' }, github: { repository: 'acme/x' } },
  }),
}
const main = {
  file: 'tortoise.yaml',
  text: JSON.stringify({
    clusters: ['prod', 'staging', 'dev'].map((name) => ({ name, prometheus: { url: 'http://mine' } })),
    sources: [
      { path: 'apps/prod', cluster: 'prod' },
      { path: 'apps/staging', cluster: 'staging' },
    ],
    deliver: {
      base: 'mine',
      remote: { url: 'https://mine.example.com/x.git' },
      repositories: ['https://git.example.com/acme/mirror'],
    },
  }),
}
const target: RepositoryTarget = {
  ...repositorySchema.parse({ url: 'https://git.example.com/acme/shop.git', branch: 'main' }),
  aliases: ['ssh://git@git.example.com:2222/acme/shop'],
}
const settings = (more: Partial<RepositoryTarget>, env: Readonly<Record<string, string>> = {}) =>
  targetSettings(
    { cwd: '/', env, progress: () => undefined },
    { operator, flags: {} },
    { target: { ...target, ...more }, main },
  )
const urls = ({ clusters }: ReturnType<typeof settings>) =>
  clusters.map(({ name, prometheus }) => `${name} ${prometheus?.url}`)

describe('the settings of one of several repositories', () => {
  it('have the URL and branch of the operator, and the aliases that live objects use', () => {
    const { deliver } = settings({})
    expect(deliver.remote).toEqual({ url: target.url, tokenEnv: 'TORTOISE_GIT_TOKEN' })
    expect([deliver.base, deliver.github]).toEqual(['main', undefined])
    expect(deliver.repositories).toEqual(['https://git.example.com/acme/mirror', ...target.aliases])
  })

  it('of a listed repository may have what the operator allows', () => {
    expect(urls(settings({}))).toEqual(['prod http://prod', 'staging http://staging', 'dev http://mine'])
  })

  it('of a discovered repository may not, whatever the operator allows to listed ones', () => {
    const env = { TORTOISE_ALLOW_FROM_REPOSITORY: 'clusters.prometheus.url' }
    const found = settings({ isDiscovered: true }, env)
    expect(urls(found)).toEqual(['prod http://prod', 'staging http://staging', 'dev undefined'])
    expect(found.denied?.map(({ name, cluster }) => `${name} ${cluster}`)).toContain(
      'clusters.prometheus.url dev',
    )
  })

  it('of a discovered repository have the servers of those clusters alone that run it', () => {
    const found = settings({ isDiscovered: true, clusters: ['prod'], idleClusters: ['staging'] })
    expect(urls(found)).toEqual(['prod http://prod', 'staging undefined', 'dev undefined'])
    expect(found.sources.map(({ path }) => path)).toEqual(['apps/prod'])
  })
})
