import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { joinElection } from '../../plugin/hosts/daemon/lease.ts'
import { openLeaseStore } from '../../plugin/hosts/daemon/lease-store.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'

const namespace = 'gitops-tortoise'
const account = `system:serviceaccount:${namespace}:gitops-tortoise`
const directory = mkdtempSync(join(tmpdir(), 'tortoise-lease-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

if (!hasControlPlane())
  console.warn(
    'no kube-apiserver (npm run lab:setup builds one): the Lease is tested on a server of the lab alone',
  )

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2400) throw new Error(`not after ${tries} tries: ${what}`)
    await sleep(50)
  }
}

describe.skipIf(!hasControlPlane())('an election on a real kube-apiserver, with the published Role', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane()
    const named = { metadata: { name: namespace } }
    await plane.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', ...named })
    await plane.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      metadata: { name: 'gitops-tortoise' },
    })
    for (const document of parseAllDocuments(
      readFileSync('config/deploy/leader-election/role.yaml', 'utf8'),
    )) {
      const object = document.toJS()
      const subjects = object.subjects && [{ ...object.subjects[0], namespace }]
      const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${object.kind.toLowerCase()}s`
      await plane.call('POST', path, { ...object, ...(subjects && { subjects }) })
    }
    const file = join(directory, 'kubeconfig')
    writeFileSync(file, plane.kubeconfig(await plane.tokenOf(namespace, 'gitops-tortoise')))
    process.env['KUBECONFIG'] = file
  })
  afterAll(() => {
    Reflect.deleteProperty(process.env, 'KUBECONFIG')
    return plane?.close()
  })

  const enter = async (identity: string) => {
    const store = await openLeaseStore({ namespace, name: 'gitops-tortoise' })
    const ports = { store, log: () => undefined, now: () => new Date(), changed: () => undefined }
    return joinElection({ identity, seconds: 3 }, ports)
  }

  it('one leads, the other takes over when it goes, and nothing but the Lease is written', async () => {
    plane.audited()
    const first = await enter('first')
    await until('the first leads', first.leading)
    const second = await enter('second')
    await sleep(4000)
    expect([first.leading(), second.leading()]).toEqual([true, false])
    await first.stop()
    await until('the second leads', second.leading)
    expect(first.leading()).toBe(false)
    await second.stop()
    const writes = plane.audited().filter(({ user, verb }) => user === account && verb !== 'get')
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
    expect(new Set(writes.map(({ verb, path }) => `${verb} ${path}`))).toEqual(
      new Set([`create ${leases}`, `update ${leases}/gitops-tortoise`]),
    )
  })

  it('may not write another Lease', async () => {
    const store = await openLeaseStore({ namespace: 'default', name: 'gitops-tortoise' })
    await expect(store.write({ holder: 'x', renewed: '', seconds: 3 })).rejects.toThrow(/403/)
  })
})
