import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { CmpServer, PluginAnswer } from '../lab/cmp-server.ts'
import { hasCmpServer, startCmpServer } from '../lab/cmp-server.ts'
import { demoCheckout, program } from './program.ts'

const checkout = demoCheckout()
const repository = checkout.directory
const bin = mkdtempSync(join(tmpdir(), 'cmp-bin-'))
afterAll(() => {
  checkout.remove()
  rmSync(bin, { recursive: true, force: true })
})

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(repository, path)), { recursive: true })
  writeFileSync(join(repository, path), content)
}

const application = {
  ARGOCD_APP_NAME: 'storefront',
  ARGOCD_APP_NAMESPACE: 'shop',
  KUBE_VERSION: '1.34.0',
  KUBE_API_VERSIONS: 'v1,apps/v1,autoscaling/v2',
}
const withParameters = (json: string) => ({ ...application, ARGOCD_APP_PARAMETERS: json })

const bare = (...[file = '', ...args]: readonly string[]): readonly unknown[] =>
  readObjects('', execFileSync(file, args, { cwd: repository, encoding: 'utf8' }))

const objectsOf = (answer: PluginAnswer): readonly unknown[] =>
  answer.ok ? answer.items.map((text) => JSON.parse(text) as unknown) : [answer.error]

const cases = [
  ['kustomize', 'apps/overlays/prod', ['kubectl', 'kustomize', 'apps/overlays/prod']],
  [
    'Helm',
    'charts/web',
    [
      'helm',
      'template',
      'storefront',
      'charts/web',
      '--namespace=shop',
      '--kube-version=1.34.0',
      '--include-crds',
      '--api-versions=autoscaling/v2',
    ],
  ],
  ['plain', 'plain', ['cat', 'plain/config.yaml', 'plain/deployment.yaml']],
] as const

describe.skipIf(!hasCmpServer())(
  "under Argo CD's own plugin server (built by node test/lab/argocd/build.mjs)",
  () => {
    let server: CmpServer
    const generate = (path: string, env: Readonly<Record<string, string>> = application, deadline?: number) =>
      server.generate({ repository, path, env, ...(deadline === undefined ? {} : { deadline }) })

    beforeAll(async () => {
      symlinkSync(program, join(bin, 'tortoise'))
      chmodSync(program, 0o755)
      write('plain/config.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n')
      write('plain/deployment.yaml', `---\n${deployment}`)
      const path = [bin, dirname(process.execPath), process.env['PATH']].join(delimiter)
      server = await startCmpServer(join(import.meta.dirname, '../../config/deploy/argocd-plugin'), path)
    })
    afterAll(() => server?.close())

    it.each(cases)('%s: the objects of the bare program', async (_name, path, args) => {
      expect(objectsOf(await generate(path))).toEqual(bare(...args))
    })

    it('and with recommendations the same but for their fields', async () => {
      const value = { container: 'app', field: 'requests.cpu', value: '123m' }
      write(
        'plain/.tortoise/web.json',
        JSON.stringify({
          version: 1,
          workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
          values: [value],
        }),
      )
      const [config, workload] = objectsOf(await generate('plain'))
      const [before, other] = bare('cat', 'plain/config.yaml', 'plain/deployment.yaml')
      expect(config).toEqual(before)
      expect(JSON.stringify(workload)).toBe(JSON.stringify(other).replace('"cpu":1', '"cpu":"123m"'))
    })

    it('a hundred times gives the same bytes', { timeout: 300_000 }, async () => {
      const [first, ...others] = await many(100, () =>
        generate(
          'charts/web',
          withParameters('[{"name":"values-files","array":["/envs/prod/storefront.yaml"]}]'),
        ),
      )
      expect(first?.ok).toBe(true)
      expect(new Set(others.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(first)]))
    })

    it.each(['null', '[]', '', '[{"name":"values"}]', '[{"name":"values-files","array":null}]'])(
      'takes the parameters %j',
      async (json) => {
        expect(await generate('charts/web', withParameters(json))).toMatchObject({ ok: true })
      },
    )

    it.each<[string, string, RegExp]>([
      [
        '--post-renderer as a release',
        '[{"name":"release-name","string":"--post-renderer=sh"}]',
        /is not a valid name of a Helm release/,
      ],
      [
        'a path that leaves the repository',
        '[{"name":"values-files","array":["../../../../../etc/passwd"]}]',
        /repository/,
      ],
      ['shell text', '[{"name":"release-name","string":"a; touch /tmp/pwned"}]', /is not a valid name/],
      [
        'a parameter nobody knows',
        '[{"name":"helm-args","string":"--post-renderer sh"}]',
        /no plugin parameter/,
      ],
    ])('says what is wrong with %s', async (_name, json, says) => {
      const answer = await generate('charts/web', withParameters(json))
      expect(answer).toMatchObject({ ok: false, error: expect.stringMatching(says) })
    })

    it('shows the words of the renderer when it fails', async () => {
      write('broken/kustomization.yaml', 'resources: [missing.yaml]\n')
      expect(await generate('broken')).toMatchObject({
        ok: false,
        error: expect.stringMatching(/missing\.yaml/),
      })
    })

    it('is ended in time, with nothing of it left', { timeout: 120_000 }, async () => {
      // A template that never ends: its own process group must go with ours.
      write('endless/Chart.yaml', 'apiVersion: v2\nname: endless\nversion: 0.0.1\n')
      write('endless/templates/x.yaml', `{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}`)
      const answer = await generate('endless', application, 1500)
      expect(answer.ok).toBe(false)
      // Helm minds no SIGTERM; five seconds later the server kills the group.
      const left = (): boolean =>
        /^\S*helm template storefront .\/endless/m.test(
          execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }),
        )
      for (let seconds = 0; left() && seconds < 300; seconds++) await sleep(1000)
      expect(left()).toBe(false)
      expect(
        readdirSync(server.workDirectory, { recursive: true }).filter((name) =>
          String(name).includes('endless'),
        ),
      ).toEqual([])
    })

    it('announces parameters', async () => {
      const answer = await server.announce({ repository, path: 'charts/web', env: application })
      expect(answer).toMatchObject({
        ok: true,
        items: expect.arrayContaining(['cluster', 'values-files', 'include-crds']),
      })
    })
  },
)

async function many<T>(count: number, make: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = []
  for (let at = 0; at < count; at += 2) all.push(...(await Promise.all([make(), make()])))
  return all
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: app
          resources: {requests: {cpu: 1}}
`
