import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasCmpServer, startCmpServer } from '../lab/cmp-server.ts'
import { demoCheckout, program, read } from './program.ts'

interface Mount {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string
}

interface Container {
  readonly image: string
  readonly volumeMounts: readonly Mount[]
}

interface Values {
  readonly configs: {
    readonly cmp: { readonly create: boolean; readonly plugins: Readonly<Record<string, object>> }
  }
  readonly repoServer: { readonly extraContainers: readonly [Container]; readonly volumes: readonly object[] }
}

const folder = join(import.meta.dirname, '../../config/deploy/argocd-plugin')
const { configs, repoServer } = parse(read(folder, 'values.yaml')) as Values
const work = mkdtempSync(join(tmpdir(), 'tortoise-argocd-values-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** The ConfigMap that the chart argo-cd makes of `configs.cmp`: one file for each plugin. */
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'argocd-cmp-cm' },
  data: Object.fromEntries(
    Object.entries(configs.cmp.plugins).map(([name, spec]) => {
      const plugin = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ConfigManagementPlugin',
        metadata: { name },
        spec,
      }
      return [`${name}.yaml`, stringify(plugin)]
    }),
  ),
}

/** Volumes of argocd-repo-server in the chart that the sidecar mounts as well. */
const own = ['var-files', 'plugins', 'tmp'].map((name) => ({ name, emptyDir: {} }))

describe('the values for the chart argo-cd', () => {
  const [sidecar] = repoServer.extraContainers

  it('configure the plugin as the image does', () => {
    expect(configs.cmp.create).toBe(true)
    expect(Object.values(configMap.data).map((text) => parse(text))).toEqual([
      parse(read(folder, 'plugin.yaml')),
    ])
  })

  it('have the sidecar of the component, with its plugin from the ConfigMap', () => {
    const patch = parse(read(folder, 'sidecar.yaml'))
    const [patched] = patch.spec.template.spec.containers as readonly [Container]
    const mounted = sidecar.volumeMounts.find(({ name }) => name === 'argocd-cmp-cm')
    expect(mounted).toEqual({
      name: 'argocd-cmp-cm',
      mountPath: '/home/argocd/cmp-server/config/plugin.yaml',
      subPath: Object.keys(configMap.data)[0],
    })
    const volumeMounts = sidecar.volumeMounts.filter((one) => one !== mounted)
    expect({ ...sidecar, image: patched.image, volumeMounts }).toEqual(patched)
    expect(repoServer.volumes).toEqual([
      { name: 'argocd-cmp-cm', configMap: { name: 'argocd-cmp-cm' } },
      ...patch.spec.template.spec.volumes,
    ])
    // The image has the file that is mounted over: a read-only root has no other place for a mount.
    expect(read(folder, 'Dockerfile')).toContain(`plugin.yaml ${mounted?.mountPath}\n`)
  })

  it.skipIf(!hasCmpServer())(
    "start Argo CD's plugin server, which renders (node test/lab/argocd/build.mjs)",
    async () => {
      const { directory: repository, remove } = demoCheckout()
      const directory = mkdtempSync(join(work, 'config-'))
      writeFileSync(join(directory, 'plugin.yaml'), configMap.data['gitops-tortoise.yaml'] ?? '')
      symlinkSync(program, join(work, 'tortoise'))
      chmodSync(program, 0o755)
      const path = [work, dirname(process.execPath), process.env['PATH']].join(delimiter)
      const server = await startCmpServer(directory, path)
      const env = { ARGOCD_APP_NAME: 'storefront', ARGOCD_APP_NAMESPACE: 'shop', KUBE_VERSION: '1.34.0' }
      const answer = await server.generate({ repository, path: 'apps/overlays/prod', env })
      const announced = await server.announce({ repository, path: 'charts/web', env })
      server.close()
      const bare = execFileSync('kubectl', ['kustomize', join(repository, 'apps/overlays/prod')], {
        encoding: 'utf8',
      })
      remove()
      expect(answer.ok && answer.items.map((text) => JSON.parse(text))).toEqual(readObjects('', bare))
      expect(announced).toMatchObject({ ok: true, items: expect.arrayContaining(['values-files']) })
    },
  )
})

describe.skipIf(!hasControlPlane())('a real API server (npm run lab:setup)', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane()
    writeFileSync(join(work, 'kubeconfig'), plane.kubeconfig())
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await plane.call('POST', '/api/v1/namespaces', { metadata: { name: 'argocd', labels } })
  })
  afterAll(() => plane?.close())

  it('takes the ConfigMap, and the sidecar in a Deployment and in a pod of a restricted namespace', () => {
    const [sidecar] = repoServer.extraContainers
    const { securityContext } = sidecar as Container & { readonly securityContext: object }
    const main = { name: 'repo-server', image: 'quay.io/argoproj/argocd', securityContext }
    const spec = {
      containers: [main, ...repoServer.extraContainers],
      volumes: [...repoServer.volumes, ...own],
    }
    const labels = { 'app.kubernetes.io/name': 'argocd-repo-server' }
    const metadata = { name: 'argocd-repo-server' }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec }
    const args = ['apply', '--namespace=argocd', '--dry-run=server', '--validate=strict', '--filename=-']
    const said = execFileSync('kubectl', args, {
      encoding: 'utf8',
      input: [configMap, deployment, pod].map((one) => stringify(one)).join('---\n'),
      env: { PATH: process.env['PATH'], KUBECONFIG: join(work, 'kubeconfig'), HOME: work },
    })
    expect(said.match(/created \(server dry run\)$/gm)).toHaveLength(3)
  })
})
