import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubeconfigOf } from '../../lab/cluster/kubeconfig.ts'
import { applicationOf } from '../../lab/cluster/several.ts'
import { snapshotFor } from '../../lab/layout-snapshot.ts'
import { type FakeServer, json, startServer } from '../../unit/observe/fake-server.ts'
import { openRepositories, type RepositoriesGround } from '../repositories-ground.ts'

let ground: RepositoriesGround
/** The server of somebody who may create an Application. It would take every token. */
let evil: FakeServer
/** An allowed server that leads to the other one. */
let redirecting: FakeServer
let cluster: FakeServer
let url = ''

beforeAll(async () => {
  ground = await openRepositories()
  ground.publish('acme/shop', { main: { 'README.md': 'nothing\n' } })
  ground.publish('secret/plans', { main: { 'README.md': 'nobody may read this\n' } })
  evil = await startServer((_, response) => json(response, 200, {}))
  redirecting = await startServer(({ url: { pathname, search } }, response) => {
    response.writeHead(302, { location: `${evil.url}${pathname}${search}` }).end()
  })
  cluster = await startServer(({ url: { pathname } }, response) =>
    pathname === '/apis/argoproj.io/v1alpha1/applications'
      ? json(response, 200, { metadata: {}, items: [applicationOf('x', { repoURL: url, path: 'x' })] })
      : json(response, 404, {}),
  )
  writeFileSync(join(ground.root, 'kubeconfig'), kubeconfigOf(cluster.url))
  writeFileSync(join(ground.root, 'snapshot.json'), snapshotFor([], ['prod']))
})
afterAll(async () => {
  for (const server of [evil, redirecting, cluster]) await server.close()
  await ground.close()
})

const hostOf = (server: { readonly url: string }): string => new URL(server.url).host

/** URLs of live objects, by what somebody tries with them. */
const attacks = {
  'another port': () => `${evil.url}/acme/shop.git`,
  'another host name': () => `${evil.url.replace('127.0.0.1', 'localhost')}/acme/shop.git`,
  'the allowed host as a login': () => `http://${hostOf(ground.server)}@${hostOf(evil)}/acme/shop.git`,
  'a redirect of an allowed server': () => `${redirecting.url}/acme/shop.git`,
  'a path with two dots': () => `${ground.server.url}/acme/../secret/plans.git`,
  'a path with encoded dots': () => `${ground.server.url}/acme/%2e%2e/secret/plans.git`,
  'a path with encoded slashes': () => `${ground.server.url}/acme/..%2fsecret%2fplans.git`,
  'a program as its scheme': () => `ext::sh -c "curl ${evil.url}"`,
  'a local path': () => ground.bare('secret/plans'),
}

describe('a live object with the URL of another repository gets no token and no request', () => {
  it.each(Object.keys(attacks) as (keyof typeof attacks)[])('%s', async (name) => {
    url = attacks[name]()
    const allow = [ground.server.url, redirecting.url].map((one) => ({ url: `${one}/acme/*`, onboard: true }))
    const operator = ground.operator({
      clusters: [{ name: 'prod', kubernetes: { kubeconfig: 'kubeconfig' } }],
      discover: { allow },
    })
    const snapshot = join(ground.root, 'snapshot.json')
    const { status, stdout, stderr } = await ground.run(['run', '--snapshot', snapshot], operator)
    expect([0, 1], stderr).toContain(status)
    expect(evil.seen).toEqual([])
    expect(ground.server.requests.filter((one) => one.includes('secret'))).toEqual([])
    expect(stdout + stderr).not.toContain(ground.server.token)
    expect(stdout).toMatch(/Skipped|Failed/)
  })
})
