import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type DetailedPeerCertificate } from 'node:tls'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { type Started, startContainer } from './container.ts'
import type { ImageRecipe } from './dockerfile.ts'

/** The parts of a pod's specification that say how its container runs. */
export interface PodSpec {
  readonly serviceAccountName: string
  readonly securityContext: { readonly runAsUser: number }
  readonly containers: readonly [
    {
      readonly args: readonly string[]
      readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[]
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
    },
  ]
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
}

/** Where a pod starts, and from what. */
interface Node {
  readonly plane: ControlPlane
  readonly namespace: string
  readonly root: string
  readonly recipe: ImageRecipe
  /** A directory for volumes. */
  readonly directory: string
}

const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Starts the container of a pod from a root file system, as a kubelet would: its arguments, user and variables, its volumes, and
 * a token of its ServiceAccount.
 */
export async function startPod(node: Node, spec: PodSpec): Promise<Started> {
  const [{ args, volumeMounts, envFrom = [] }] = spec.containers
  const volumes = mkdtempSync(join(node.directory, 'volumes-'))
  const mounts: string[] = []
  for (const { name, mountPath } of volumeMounts) {
    const source = spec.volumes.find((one) => one.name === name)?.configMap
    const path = write(join(volumes, name), source === undefined ? {} : await mapOf(node, source.name))
    mounts.push(source === undefined ? '--bind' : '--ro-bind', path, mountPath)
  }
  const account = write(join(volumes, 'account'), await accountOf(node, spec.serviceAccountName))
  mounts.push('--ro-bind', account, accountPath)
  // A runtime makes the directories of mounts in the root file system of a container.
  for (const { mountPath } of [...volumeMounts, { mountPath: accountPath }])
    mkdirSync(join(node.root, mountPath), { recursive: true })
  const secrets = await Promise.all(envFrom.map(({ secretRef }) => secretOf(node, secretRef.name)))
  const { hostname, port } = new URL(node.plane.url)
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
  return startContainer({
    root: node.root,
    recipe: node.recipe,
    args,
    mounts,
    env: Object.assign(env, ...secrets),
    user: String(spec.securityContext.runAsUser),
    network: true,
  })
}

function write(directory: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(directory)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

type Data = Readonly<Record<string, string>>

async function mapOf({ plane, namespace }: Node, name: string): Promise<Data> {
  const found = await plane.call('GET', `/api/v1/namespaces/${namespace}/configmaps/${name}`)
  return (found as { data: Data }).data
}

async function secretOf({ plane, namespace }: Node, name: string): Promise<Data> {
  const found = await plane.call('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)
  const entries = Object.entries((found as { data: Data }).data)
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

async function accountOf({ plane, namespace }: Node, name: string): Promise<Data> {
  const token = await plane.tokenOf(namespace, name)
  return { token, namespace, 'ca.crt': await authorityOf(new URL(plane.url)) }
}

/** The authority that signed a server's certificate, as PEM. */
function authorityOf({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      let last: DetailedPeerCertificate = socket.getPeerCertificate(true)
      while (last.issuerCertificate !== undefined && last.issuerCertificate !== last)
        last = last.issuerCertificate
      socket.end()
      resolve(`-----BEGIN CERTIFICATE-----\n${last.raw.toString('base64')}\n-----END CERTIFICATE-----\n`)
    })
    socket.on('error', reject)
  })
}
