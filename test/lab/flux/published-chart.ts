import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { readObjects } from '../../../plugin/yaml/objects.ts'
import { packChart } from '../../release/build.ts'
import { filesBelow } from '../../release/files.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { programDirectory } from '../programs.mjs'
import type { Registry } from '../registry/server.ts'

/** The chart of this checkout as a release packs it, in a registry. */
export interface PublishedChart {
  readonly archive: string
  /** `oci://…`, without a version. */
  readonly url: string
}

/** Packs the chart as a release does, and pushes it to a registry with Helm. */
export function publishChart(root: string, directory: string, registry: Registry): PublishedChart {
  const [out, stage] = [join(directory, 'chart'), join(directory, 'stage')]
  for (const path of [out, stage]) mkdirSync(path)
  packChart({ root, out, seconds: 1_700_000_000 }, stage)
  const archive = join(out, filesBelow(out)[0] ?? '')
  helm(directory, [
    'push',
    archive,
    `oci://${registry.host}/charts`,
    '--ca-file',
    registry.certificate.caFile,
  ])
  return { archive, url: `oci://${registry.host}/charts/gitops-tortoise` }
}

/** Runs the real Helm with a home of its own, and returns what it prints. Throws when it fails. */
export const helm = (home: string, args: readonly string[]): string =>
  execFileSync(join(programDirectory('v35'), 'helm'), args, {
    encoding: 'utf8',
    env: { PATH: '', HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/**
 * Creates the OCIRepository and the HelmRelease of the chart's README in the namespace `gitops-tortoise`: with the URL of a registry,
 * a Secret with its authority, and values.
 */
export async function createRelease(
  { call }: ControlPlane,
  { readme, url, caFile }: { readonly readme: string; readonly url: string; readonly caFile: string },
  values: object,
): Promise<void> {
  await call('POST', '/api/v1/namespaces/gitops-tortoise/secrets', {
    metadata: { name: 'registry' },
    stringData: { 'ca.crt': readFileSync(caFile, 'utf8') },
  })
  const [, block = ''] = /^```yaml\n(apiVersion: source[^`]*)```$/m.exec(readme) ?? []
  const [source, release] = readObjects('README.md', block) as readonly { readonly spec: object }[]
  const spec = { ...source?.spec, url, certSecretRef: { name: 'registry' } }
  const path = '/apis/source.toolkit.fluxcd.io/v1/namespaces/gitops-tortoise/ocirepositories'
  await call('POST', path, { ...source, spec })
  await call('POST', releasesIn('gitops-tortoise'), { ...release, spec: { ...release?.spec, values } })
}

/** Path of the HelmReleases of a namespace. */
export const releasesIn = (namespace: string): string =>
  `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases`

/**
 * The objects of the newest version of a release, from the Secret in which Helm stores it; without the labels that Flux adds, and
 * without the digest that it appends to the version of a chart.
 */
export async function installedObjects(
  { call }: ControlPlane,
  namespace: string,
): Promise<readonly JsonObject[]> {
  const path = `/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm%2Cstatus%3Ddeployed`
  const { items } = (await call('GET', path)) as { items: readonly [{ data: { release: string } }] }
  const encoded = Buffer.from(items[0].data.release, 'base64').toString()
  const { manifest } = JSON.parse(gunzipSync(Buffer.from(encoded, 'base64')).toString()) as {
    manifest: string
  }
  const own = manifest
    .replaceAll(/^ +helm\.toolkit\.fluxcd\.io\/.*\n/gm, '')
    .replaceAll(/(helm\.sh\/chart: \S+)_[0-9a-f]{12}$/gm, '$1')
  return readObjects('', own)
}
