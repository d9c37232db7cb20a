import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { deploymentOf } from './deployment.ts'
import { beginRepository, type Ended, git, tortoise, writeFiles } from './program.ts'

let root = ''
let server: GitServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
  rmSync(root, { recursive: true, force: true })
})

const manifests = (name: string): string => `${deploymentOf(name, 'requests: { cpu: 200m }')}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name}, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
  minReplicas: 3
  maxReplicas: 12
`
const clone = (): string => join(root, 'clone')

/** A clone with two workloads in production and one of them in staging, in mode `commit`. */
function checkout(deliver = '{ mode: commit }'): void {
  root = mkdtempSync(join(tmpdir(), 'tortoise-waiting-'))
  writeFiles(clone(), {
    'prod/kustomization.yaml': 'resources: [web.yaml, api.yaml]\n',
    'prod/web.yaml': manifests('web'),
    'prod/api.yaml': manifests('api'),
    'staging/kustomization.yaml': 'resources: [web.yaml]\n',
    'staging/web.yaml': manifests('web'),
    'tortoise.yaml': `sources: [{ path: prod, cluster: prod }, { path: staging, cluster: staging }]\nclusters: [{ name: prod }, { name: staging }]\ndeliver: ${deliver}\n`,
  })
  beginRepository(clone())
}

const env = { TORTOISE_GIT_TOKEN: 'lab-token' }
const emergency = (...args: readonly string[]): Promise<Ended> =>
  tortoise(['emergency', ...args], { cwd: clone(), env })
const web = ['--workload', 'shop/Deployment/web', '--cluster', 'prod']
const api = ['--workload', 'shop/Deployment/api', '--cluster', 'prod']
const branches = (directory = clone()): readonly string[] =>
  git(directory, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/tortoise')
    .split('\n')
    .filter(Boolean)
const ofWeb = /^tortoise\/emergency-prod-shop-deployment-web-[0-9a-f]+$/
const ofApi = /^tortoise\/emergency-prod-shop-deployment-api-[0-9a-f]+$/
const minimum = (ref: string, name: string): string =>
  /minReplicas: (\d+)/.exec(git(clone(), 'show', `${ref}:prod/${name}.yaml`))?.[1] ?? ''

describe('an emergency in mode commit', () => {
  it('has a branch of its own, so that the next one does not replace it, and is on when that is merged', async () => {
    checkout()
    const first = await emergency('start', ...web)
    expect(first.status, first.stderr).toBe(0)
    await emergency('start', ...api)
    expect(branches()).toEqual([expect.stringMatching(ofApi), expect.stringMatching(ofWeb)])
    const [waitsForApi = '', waitsForWeb = ''] = branches()
    expect(first.stderr).toContain(`the emergency is not on until ${waitsForWeb} is merged into main`)
    const { stdout } = await emergency('list')
    expect(stdout).toMatch(
      /^prod shop\/Deployment\/api until \S+, waiting for a merge of tortoise\/emergency-/m,
    )
    git(clone(), 'merge', '--quiet', '--no-edit', waitsForWeb)
    git(clone(), 'merge', '--quiet', '--no-edit', waitsForApi)
    expect([minimum('main', 'web'), minimum('main', 'api')]).toEqual(['12', '12'])
    const listed = JSON.parse((await emergency('list', '-o', 'json')).stdout)
    expect(listed.emergencies).toMatchObject([{ state: 'on' }, { state: 'on' }])
  }, 60_000)

  it('that waits is not started again: the refusal names its branch and the time when it ends', async () => {
    checkout()
    await emergency('start', ...web, '--for', '4h')
    const [branch = ''] = branches()
    const until = /^Tortoise-Emergency: until (\S+)$/m.exec(
      git(clone(), 'log', '-1', '--format=%B', branch),
    )?.[1]
    const again = await emergency('start', ...web, '--for', '8h')
    expect(again.status).toBe(2)
    expect(again.stderr).toContain(`waits for a merge of ${branch} and ends at ${until}`)
    const rest = await emergency('start', '--namespace', 'shop', '--cluster', 'prod')
    expect(rest.status, rest.stderr).toBe(0)
    expect(rest.stderr).toContain(`not raised again: the emergency of prod Deployment/web waits for a merge`)
    expect(branches()).toEqual([expect.stringMatching(ofApi), branch])
  }, 60_000)

  it('that waits is dropped by a stop, with its branch; that of others stays', async () => {
    checkout()
    await emergency('start', ...web)
    await emergency('start', ...api)
    const stopped = await emergency('stop', ...web)
    expect(stopped.status, stopped.stderr).toBe(0)
    expect(stopped.stderr).toMatch(
      /deleted tortoise\/emergency-prod-shop-deployment-web-\S+, which waited for a merge/,
    )
    expect(branches()).toEqual([expect.stringMatching(ofApi)])
    expect((await emergency('stop', ...web)).status).toBe(2)
  }, 60_000)

  it('of several workloads is not dropped for one of them, and the message says how', async () => {
    checkout()
    const both = await emergency('start', '--workload', 'shop/Deployment/web')
    expect(both.stderr).toContain('the emergency is in 2 clusters: prod, staging; --cluster limits it to one')
    const [branch = ''] = branches()
    const { status, stderr } = await emergency('stop', ...web)
    expect([status, branches()]).toEqual([2, [branch]])
    expect(stderr).toContain(`git branch -D ${branch}`)
    expect((await emergency('stop', '--workload', 'shop/Deployment/web')).status).toBe(0)
    expect(branches()).toEqual([])
  }, 60_000)

  it('that was merged by a squash does not wait any more, and its end waits on another branch', async () => {
    checkout()
    await emergency('start', ...web)
    const [branch = ''] = branches()
    git(clone(), 'commit', '--quiet', '--allow-empty', '--message=meanwhile')
    git(clone(), 'merge', '--quiet', '--squash', branch)
    git(clone(), 'commit', '--quiet', '--file', squashMessage(branch))
    const listed = JSON.parse((await emergency('list', '-o', 'json')).stdout)
    expect(listed.emergencies).toMatchObject([{ state: 'on', from: '3', to: '12' }])
    const stopped = await emergency('stop', ...web)
    const [end = ''] = branches().filter((name) => name.startsWith('tortoise/emergency-end-'))
    expect(stopped.stderr).toContain(`the emergency does not end until ${end} is merged into main`)
    expect(minimum(end, 'web')).toBe('6')
    git(clone(), 'merge', '--quiet', '--no-edit', end)
    expect((await emergency('list')).stdout).toMatch(
      /^prod shop\/Deployment\/web\n {2}hpa\.minReplicas ending: now 6, goes back to 3 \(commit [0-9a-f]{10}\)\n$/,
    )
  }, 60_000)

  it('is found on the server from another clone, and dropped there', async () => {
    checkout()
    const bare = join(root, 'gitops.git')
    git(root, 'clone', '--quiet', '--bare', clone(), bare)
    server = await startGitServer(root)
    const operator = join(root, 'operator.yaml')
    writeFileSync(operator, `deliver: { remote: { url: "${server.url}/gitops.git" } }\n`)
    const where = ['--operator-settings', operator]
    const begun = await emergency('start', ...web, ...where)
    expect(begun.status, begun.stderr).toBe(0)
    expect(branches(bare)).toEqual([expect.stringMatching(ofWeb)])
    git(clone(), 'branch', '--quiet', '-D', ...branches())
    expect((await emergency('list', ...where)).stdout).toContain('waiting for a merge of tortoise/emergency-')
    expect((await emergency('start', ...web, ...where)).status).toBe(2)
    const stopped = await emergency('stop', ...web, ...where)
    expect(stopped.status, stopped.stderr).toBe(0)
    expect(branches(bare)).toEqual([])
  }, 60_000)
})

/** The message of a squash with the trailers of its commit, as forges write it. */
function squashMessage(branch: string): string {
  const file = join(root, 'message')
  writeFileSync(
    file,
    execFileSync('git', ['log', '-1', '--format=%B', branch], { cwd: clone(), encoding: 'utf8' }),
  )
  return file
}

describe('an emergency that is over', () => {
  it('is listed as ending until the value is back, and not when a person set another', async () => {
    checkout('{ mode: direct }')
    await emergency('start', ...web)
    const message = git(clone(), 'log', '-1', '--format=%B')
    const past = new Date(Date.now() - 3_600_000).toISOString()
    git(
      clone(),
      'commit',
      '--quiet',
      '--amend',
      `--message=${message.replace(/until \S+Z$/m, `until ${past}`)}`,
    )
    const list = async (): Promise<string> => (await emergency('list')).stdout
    expect(await list()).toContain('hpa.minReplicas ending: now 12, goes back to 3')
    await emergency('stop', ...web)
    expect(await list()).toContain('hpa.minReplicas ending: now 6, goes back to 3')
    writeFileSync(
      join(clone(), 'prod/web.yaml'),
      manifests('web').replace('minReplicas: 3', 'minReplicas: 8'),
    )
    git(clone(), 'commit', '--quiet', '--all', '--message=by hand')
    expect(await list()).toBe('No emergency is on.\n')
  }, 60_000)
})
