import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { demoCheckout, demoFiles, git, read, tortoise, writeFiles } from './program.ts'

const made: string[] = []
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-init-'))
  made.push(root)
  writeFiles(root, files)
  return root
}

function demoWithoutSettings(): string {
  const { directory } = demoCheckout()
  made.push(directory)
  rmSync(join(directory, 'tortoise.yaml'))
  return directory
}

const deployment = (name: string, namespace?: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }
spec: { template: { spec: { containers: [{ name: app, resources: { requests: { cpu: 1 } } }] } } }
`

interface Written {
  readonly sources: readonly { readonly path: string; readonly [key: string]: unknown }[]
  readonly clusters: readonly { readonly name: string }[]
}
const writtenIn = (root: string): Written => parse(read(root, 'tortoise.yaml')) as Written

describe('init', () => {
  it("finds by itself what the demo's settings name", async () => {
    const root = demoWithoutSettings()
    const ended = await tortoise(['init', '--repo', root])
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(ended.stdout).toMatch(
      /^Wrote tortoise\.yaml: 6 sources on 2 clusters\.\n[\s\S]*Lines with "correct this" are guesses: tortoise\.yaml\.\nNext: /,
    )
    const key = ({ path, release, values, cluster }: Written['sources'][number]): string =>
      JSON.stringify([path, release, values, cluster])
    const named = (parse(read(demoFiles, 'repository/tortoise.yaml')) as Written).sources
    expect(writtenIn(root).sources.map(key).sort()).toEqual(named.map(key).sort())
    // Editors complete and check the file by the schema that its first line names.
    expect(read(root, 'tortoise.yaml')).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/\S+\/config\/tortoise\.schema\.json\n/,
    )
  })

  it('writes settings that plan takes as they are', async () => {
    const root = demoWithoutSettings()
    await tortoise(['init', '--repo', root])
    writeFileSync(
      join(root, 'tortoise.yaml'),
      read(root, 'tortoise.yaml').replaceAll('namespace: default', 'namespace: shop'),
    )
    const args = ['--repo', root, '--snapshot', join(demoFiles, 'snapshot.json')]
    expect(await tortoise(['plan', ...args])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^31 values of 10 workloads/),
    })
  })

  it('reports only, until somebody decides otherwise', async () => {
    const root = demoWithoutSettings()
    await tortoise(['init', '--repo', root])
    git(root, 'add', '.')
    git(root, 'commit', '--quiet', '--message=settings')
    const before = git(root, 'for-each-ref')
    expect(
      await tortoise(['run', '--repo', root, '--snapshot', join(demoFiles, 'snapshot.json')]),
    ).toMatchObject({ status: 0 })
    expect(git(root, 'for-each-ref')).toBe(before)
  })

  it('writes a workflow where GitHub is the origin, or where it is asked for', async () => {
    const root = demoWithoutSettings()
    git(root, 'remote', 'add', 'origin', 'git@github.com:shop/gitops.git')
    const { stdout } = await tortoise(['init', '--repo', root])
    expect(stdout).toContain('Wrote tortoise.yaml and .github/workflows/tortoise.yml')
    expect(parse(read(root, '.github/workflows/tortoise.yml'))).toMatchObject({
      permissions: { contents: 'write', 'pull-requests': 'write' },
      jobs: {
        'right-size': {
          steps: [
            {
              uses: expect.stringContaining('actions/checkout@'),
              with: { 'fetch-depth': 0, 'persist-credentials': false },
            },
            { uses: expect.stringContaining('gitops-tortoise@') },
          ],
        },
      },
    })
    const none = demoWithoutSettings()
    await tortoise(['init', '--repo', none])
    expect(existsSync(join(none, '.github'))).toBe(false)
  })

  it('keeps an existing file, unless --force replaces it', async () => {
    const root = repository({ 'app.yaml': deployment('app', 'shop'), 'tortoise.yaml': '# mine\n' })
    const refused = await tortoise(['init', '--repo', root])
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/already exists[\s\S]*--force/),
    })
    const shown = await tortoise(['init', '--repo', root, '--dry-run'])
    expect(shown.stdout).toContain('path: app.yaml')
    expect(read(root, 'tortoise.yaml')).toBe('# mine\n')
    expect(await tortoise(['init', '--repo', root, '--force'])).toMatchObject({ status: 0 })
    expect(writtenIn(root).sources).toEqual([{ path: 'app.yaml' }])
  })

  it('prints what it left out and why, and takes the cluster and Prometheus from the flags', async () => {
    const root = repository({
      'apps/prod/kustomization.yaml': 'namespace: shop\nresources: [app.yaml]\n',
      'apps/prod/app.yaml': deployment('app'),
      'apps/dev/kustomization.yaml': 'resources: [app.yaml]\n',
      'apps/dev/app.yaml': deployment('app'),
      'broken/kustomization.yaml': 'resources: [missing.yaml]\n',
      'config/kustomization.yaml': 'resources: [one.yaml]\n',
      'config/one.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n',
    })
    const ended = await tortoise([
      'init',
      '--repo',
      root,
      '--cluster',
      'prod',
      '--prometheus',
      'http://thanos:10902',
    ])
    expect(ended.stdout).toMatch(/Wrote tortoise\.yaml: 1 source on 1 cluster\.\nSkipped:/)
    expect(ended.stdout).toMatch(/broken: .*missing\.yaml/)
    expect(ended.stdout).toMatch(/config: it deploys no workload/)
    expect(ended.stdout).toMatch(/apps\/dev: it is for dev/)
    expect(ended.stdout).not.toContain('correct this')
    expect(writtenIn(root)).toMatchObject({ sources: [{ path: 'apps/prod' }], clusters: [{ name: 'prod' }] })
    expect(read(root, 'tortoise.yaml')).not.toContain('thanos')
    expect(ended.stdout).toContain(
      '--operator-settings:\n    clusters:\n      - name: prod\n        prometheus:\n          url: http://thanos:10902\n',
    )
  })

  it('writes operator settings to the configuration of the user, and never changes a file that is there', async () => {
    const root = demoWithoutSettings()
    const home = repository({})
    const file = join(home, '.config/gitops-tortoise/operator.yaml')
    const init = (...args: readonly string[]) =>
      tortoise(['init', '--repo', root, '--force', ...args], { env: { HOME: home } })
    const dry = await init('--dry-run')
    expect(dry.stdout).toContain(`# ${file}\n`)
    expect(existsSync(file)).toBe(false)
    const ended = await init('--prometheus', 'http://thanos:10902')
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining(`Wrote ${file}: the servers`) })
    expect(parse(read(file))).toEqual({
      clusters: ['prod', 'staging'].map((name) => ({ name, prometheus: { url: 'http://thanos:10902' } })),
    })
    const again = await init('--prometheus', 'http://other:9090')
    expect(again.stdout).toContain(`Add these operator settings to ${file}:\n    clusters:`)
    expect(read(file)).not.toContain('other')
  })

  it('puts the operator settings into the workflow as a comment', async () => {
    const root = demoWithoutSettings()
    await tortoise(['init', '--repo', root, '--workflow', '--prometheus', 'http://thanos:10902'])
    const workflow = read(root, '.github/workflows/tortoise.yml')
    expect(workflow).toMatch(/# .*\.github\/tortoise-operator\.yaml/)
    expect(workflow).toContain('#         url: http://thanos:10902')
    expect(workflow.match(/^ {2,}[^#]*thanos/m)).toBeNull()
  })

  it('stops where nothing is rolled out', async () => {
    const root = repository({ 'README.md': '# nothing\n' })
    expect(await tortoise(['init', '--repo', root])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/No source with a workload[\s\S]*--repo/),
    })
  })

  const vpa = `# The autoscaler of web.
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: { name: web }
spec:
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  updatePolicy:
    updateMode: Auto # by hand
  resourcePolicy:
    containerPolicies: [{ containerName: app, maxAllowed: { memory: 2Gi } }]
`
  const withVpa = {
    'apps/kustomization.yaml': 'namespace: shop\nresources: [web.yaml, vpa.yaml]\n',
    'apps/web.yaml': deployment('web'),
    'apps/vpa.yaml': vpa,
  }

  it('takes over the rules of another program, and switches nothing off by itself', async () => {
    const root = repository(withVpa)
    const ended = await tortoise(['init', '--repo', root, '--offline', '--from', 'vpa'])
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(ended.stdout).toContain(
      'VerticalPodAutoscaler shop/web (mode Auto): set its mode to Off in apps/vpa.yaml:8:17, or run again with --switch-off',
    )
    expect(parse(read(root, 'tortoise.yaml'))).toMatchObject({
      rules: [
        {
          match: { namespace: 'shop', workload: 'Deployment/web', container: 'app' },
          maximum: { memory: '2Gi' },
        },
      ],
    })
    expect(read(root, 'apps/vpa.yaml')).toBe(vpa)
  })

  it('switches objects off in their manifests where it is asked for', async () => {
    const root = repository(withVpa)
    const flags = ['--offline', '--from', 'vpa', '--switch-off']
    const ended = await tortoise(['init', '--repo', root, ...flags])
    expect(ended.stdout).toContain('switched off in apps/vpa.yaml:8:17')
    expect(read(root, 'apps/vpa.yaml')).toBe(vpa.replace('Auto #', '"Off" #'))
    const bare = repository({ ...withVpa, 'apps/vpa.yaml': vpa.replace(/ {2}updatePolicy:\n.*\n/, '') })
    await tortoise(['init', '--repo', bare, ...flags])
    expect(parse(read(bare, 'apps/vpa.yaml'))).toMatchObject({
      spec: { updatePolicy: { updateMode: 'Off' } },
    })
  })

  it('says what it looked for where another program has nothing', async () => {
    const root = repository({ 'app.yaml': deployment('app', 'shop') })
    expect(await tortoise(['init', '--repo', root, '--offline', '--from', 'tortoise'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/nothing of Mercari's Tortoise was found[\s\S]*objects of kind Tortoise/),
    })
    expect(await tortoise(['init', '--repo', root, '--offline', '--switch-off'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--switch-off needs --from'),
    })
    expect(existsSync(join(root, 'tortoise.yaml'))).toBe(false)
  })
})
