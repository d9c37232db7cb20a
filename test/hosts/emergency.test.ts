import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Ended, git, tortoise } from './program.ts'
import { beginPulls, type PullStory } from './pull-story.ts'

let root = ''
let story: PullStory | undefined
afterEach(async () => {
  await story?.close()
  story = undefined
  rmSync(root, { recursive: true, force: true })
})

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: app
          image: example.com/web
          resources:
            requests: { cpu: 200m, memory: 256Mi }
            limits: { memory: 300Mi }
`
const autoscaler = (least: string, most: string): string => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
  namespace: shop
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: ${least}
  maxReplicas: ${most}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } }
`
type Files = Readonly<Record<string, string>>

/** The three kinds of source: where the minimum is after an emergency, and how it is read. */
const layouts: Readonly<
  Record<string, { readonly files: Files; readonly source: string; readonly minimum: () => string }>
> = {
  'a kustomization': {
    files: {
      'apps/web/kustomization.yaml': 'resources: [app.yaml, hpa.yaml]\n',
      'apps/web/app.yaml': deployment,
      'apps/web/hpa.yaml': autoscaler('3 # at night', '20'),
    },
    source: '{ path: apps/web, cluster: prod }',
    minimum: () => /minReplicas: (.*)/.exec(read('apps/web/hpa.yaml'))?.[1] ?? '',
  },
  'a chart': {
    files: {
      'apps/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'apps/web/values.yaml': 'pods: { least: 3, most: 20 }\n',
      'apps/web/templates/app.yaml': deployment,
      'apps/web/templates/hpa.yaml': autoscaler('{{ .Values.pods.least }}', '{{ .Values.pods.most }}'),
      'prod.yaml': 'pods:\n  least: 3 # at night\n',
    },
    source: '{ path: apps/web, cluster: prod, release: web, values: [prod.yaml] }',
    minimum: () => /least: (.*)/.exec(read('prod.yaml'))?.[1] ?? '',
  },
  'a source with committed recommendations': {
    files: {
      'apps/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'apps/web/templates/app.yaml': deployment,
      'apps/web/templates/hpa.yaml': autoscaler('3', '20'),
    },
    source: '{ path: apps/web, cluster: prod, release: web, namespace: shop, overlay: true }',
    minimum: () => {
      const text = read('apps/web/.tortoise/prod/shop.deployment.web.json')
      const { values } = JSON.parse(text) as { values: { field: string; value: string }[] }
      return values.find(({ field }) => field === 'hpa.minReplicas')?.value ?? ''
    },
  },
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

function checkout({ files, source }: { readonly files: Files; readonly source: string }): void {
  root = mkdtempSync(join(tmpdir(), 'tortoise-emergency-'))
  const settings = `sources: [${source}]\nclusters: [{ name: prod }]\ndeliver: { mode: direct }\n`
  for (const [path, text] of Object.entries({ ...files, 'tortoise.yaml': settings })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  git(root, 'init', '--quiet', '--initial-branch=main')
  git(root, 'add', '--all')
  git(root, 'commit', '--quiet', '--message=as it was')
}

const emergency = (...args: readonly string[]): Promise<Ended> =>
  tortoise(['emergency', ...args], { cwd: root })

/** A run without usage: it steps back from emergencies and decides nothing else. */
async function run(): Promise<string> {
  const empty = { kind: 'TortoiseSnapshot', version: 1, recordedAt: '2026-03-01T00:00:00Z', observations: [] }
  const snapshot = join(root, '.git/snapshot.json')
  writeFileSync(snapshot, JSON.stringify(empty))
  const { status, stderr } = await tortoise(['run', '--snapshot', snapshot, '-o', 'json'], { cwd: root })
  expect(status, stderr).toBe(0)
  return stderr
}

/** Lets the emergency of the last commit end an hour ago. */
function expire(): void {
  const message = git(root, 'log', '-1', '--format=%B')
  const past = new Date(Date.now() - 3_600_000).toISOString()
  git(root, 'commit', '--quiet', '--amend', `--message=${message.replace(/until \S+Z$/m, `until ${past}`)}`)
}

const commits = (): number => Number(git(root, 'rev-list', '--count', 'HEAD'))

describe.each(Object.entries(layouts))('an emergency in %s', (_, layout) => {
  it('raises the minimum to the maximum in one commit, stays until its time, and goes back by halves', async () => {
    checkout(layout)
    const begun = await emergency(
      'start',
      '--workload',
      'shop/Deployment/web',
      '--for',
      '4h',
      '--reason',
      'sale',
    )
    expect(begun.status, begun.stderr).toBe(0)
    expect(layout.minimum()).toMatch(/^20\b/)
    expect(commits()).toBe(2)
    const message = git(root, 'log', '-1', '--format=%B')
    expect(message).toMatch(/^fix\(resources\): emergency for Deployment\/web\n\nReason: sale\n/)
    expect(message).toMatch(/^Tortoise-Emergency: until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m)
    const { stdout } = await emergency('list', '-o', 'json')
    expect(JSON.parse(stdout).emergencies).toMatchObject([
      { cluster: 'prod', field: 'hpa.minReplicas', from: '3', to: '20' },
    ])
    await run()
    expect([layout.minimum(), commits()]).toEqual([expect.stringMatching(/^20\b/), 2])
    expire()
    const steps: string[] = []
    for (let nth = 0; nth < 4; nth += 1) {
      await run()
      steps.push(layout.minimum().replace(/ #.*/, ''))
    }
    expect(steps).toEqual(['10', '5', '3', '3'])
    expect(commits()).toBe(5)
    expect((await emergency('list')).stdout).toBe('No emergency is on.\n')
  }, 120_000)
})

describe('an emergency', () => {
  const { 'a kustomization': kustomization } = layouts as { 'a kustomization': (typeof layouts)[string] }

  it('is stopped before its time, and requests that it multiplied go back at once', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop', '--factor', '1.5')
    expect(read('apps/web/app.yaml')).toContain(
      'requests: { cpu: 300m, memory: 384Mi }\n            limits: { memory: 384Mi }',
    )
    const stopped = await emergency('stop', '--namespace', 'shop')
    expect(stopped.status, stopped.stderr).toBe(0)
    expect(read('apps/web/app.yaml')).toBe(deployment)
    expect(kustomization.minimum()).toBe('10 # at night')
    await run()
    await run()
    expect(kustomization.minimum()).toBe('3 # at night')
    expect(read('apps/web/hpa.yaml')).toBe(kustomization.files['apps/web/hpa.yaml'])
  }, 120_000)

  it('cannot be started twice, and after a stop a new one goes back to what was before the first', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop', '--factor', '1.5')
    const again = await emergency('start', '--namespace', 'shop', '--factor', '1.5')
    expect([again.status, commits()]).toEqual([2, 2])
    expect(again.stderr).toMatch(/The emergency of Deployment\/web is on until /)
    await emergency('stop', '--namespace', 'shop')
    await emergency('start', '--namespace', 'shop')
    expect(kustomization.minimum()).toBe('20 # at night')
    expire()
    for (let nth = 0; nth < 3; nth += 1) await run()
    expect(kustomization.minimum()).toBe('3 # at night')
    expect(read('apps/web/app.yaml')).toBe(deployment)
  }, 120_000)

  it('ends although a rule only reports changes of its workloads', async () => {
    checkout(kustomization)
    const rule = 'rules: [{ match: { namespace: shop }, delivery: report }]\n'
    writeFileSync(join(root, 'tortoise.yaml'), read('tortoise.yaml') + rule)
    git(root, 'commit', '--quiet', '--all', '--message=rule')
    await emergency('start', '--namespace', 'shop')
    expire()
    await run()
    expect(kustomization.minimum()).toBe('10 # at night')
  }, 60_000)

  it('is not listed silently as off in a clone that ends after it began', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    const clone = join(root, '.git/shallow-clone')
    git(root, 'clone', '--quiet', '--depth=1', `file://${root}`, clone)
    const { stderr } = await tortoise(['emergency', 'list'], { cwd: clone })
    expect(stderr).toContain('the clone is shallow and ends on ')
  })

  it('is not begun at all when one of several names is wrong', async () => {
    checkout(kustomization)
    const { status, stderr } = await emergency('start', '--workload', 'Deployment/web', 'Deployment/wbe')
    expect([status, commits()]).toEqual([2, 1])
    expect(stderr).toContain('No source declares Deployment/wbe')
  })

  it('ends although no usage can be read, by urgent runs and by repeated stops', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    expire()
    const urgent = ['run', '--urgent', '--prometheus', 'http://127.0.0.1:9']
    const { status, stderr } = await tortoise(urgent, { cwd: root })
    expect(status, stderr).toBe(0)
    expect(stderr).toContain('no usage is known, so only emergencies are ended')
    expect(kustomization.minimum()).toBe('10 # at night')
    await emergency('stop', '--namespace', 'shop')
    await emergency('stop', '--namespace', 'shop')
    expect(kustomization.minimum()).toBe('3 # at night')
    expect((await emergency('stop', '--namespace', 'shop')).status).toBe(2)
  }, 60_000)

  it('is refused where nothing would be written, and says that a commit is in the clone alone', async () => {
    checkout(kustomization)
    const begun = await emergency('start', '--namespace', 'shop')
    expect(begun.stderr).toContain('push it, git push origin main')
    writeFileSync(join(root, 'tortoise.yaml'), read('tortoise.yaml').replace('direct', 'report'))
    const { status, stderr } = await emergency('stop', '--namespace', 'shop')
    expect(status).toBe(2)
    expect(stderr).toContain('--direct')
  })

  it('changes nothing with --dry-run', async () => {
    checkout(kustomization)
    const { status, stdout } = await emergency('start', '--namespace', 'shop', '--dry-run')
    expect([status, commits()]).toEqual([0, 1])
    expect(stdout).toContain('hpa.minReplicas')
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('is over when a person sets another value', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    writeFileSync(join(root, 'apps/web/hpa.yaml'), autoscaler('8', '20'))
    git(root, 'commit', '--quiet', '--all', '--message=by hand')
    await run()
    expect(kustomization.minimum()).toBe('8')
    expect(await emergency('stop', '--namespace', 'shop')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('No emergency of these workloads is on'),
    })
  })

  it.each([
    ['is hard-coded in a template', '3', 'Nothing was raised: Deployment/web hpa.minReplicas'],
    ['has a key that says nothing', '{{ .Values.count }}', 'could not end by itself'],
    ['is not set', 'null', 'Nothing can be raised'],
  ])('of a minimum that %s is refused', async (_name, least, said) => {
    checkout({
      files: {
        'apps/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
        'apps/web/values.yaml': 'count: 3\n',
        'apps/web/templates/app.yaml': deployment,
        'apps/web/templates/hpa.yaml': autoscaler(least, '20'),
      },
      source: '{ path: apps/web, cluster: prod, release: web }',
    })
    const { status, stderr } = await emergency('start', '--namespace', 'shop')
    expect([status, commits()]).toEqual([2, 1])
    expect(stderr).toContain(said)
  })

  it.each([
    ['no workload', ['start'], 'the emergency names no workload', 'Deployment/web'],
    [
      'a name without kind',
      ['start', '--workload', 'web'],
      'web is not the name of a workload',
      'Write Kind/name',
    ],
    [
      'an unknown workload',
      ['start', '--workload', 'Deployment/nope'],
      'No source declares Deployment/nope',
      'tortoise discover',
    ],
    ['no time', ['start', '--namespace', 'shop', '--for', 'ever'], 'cannot last for ever', '30m, 4h, 2d'],
    [
      'a factor that lowers',
      ['start', '--namespace', 'shop', '--factor', '0.5'],
      'factor of an emergency is 0.5',
      'above 1',
    ],
    ['nothing to stop', ['stop', '--namespace', 'shop'], 'No emergency', 'tortoise emergency list'],
  ])('with %s is refused, and the message says what to write', async (_name, args, said, hint) => {
    checkout(kustomization)
    const { status, stderr } = await emergency(...args)
    expect([status, commits()]).toEqual([2, 1])
    expect(stderr).toContain(said)
    expect(stderr).toContain(hint)
  })
})

describe('a planned event', () => {
  const { 'a kustomization': kustomization } = layouts as { 'a kustomization': (typeof layouts)[string] }
  const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

  /** Settings with one event, committed. */
  function plan(from: string, to: string, minReplicas = 12): void {
    const text = read('tortoise.yaml').replace(/events:.*\n/, '')
    const event = `{ name: sale, match: { namespace: shop }, from: "${from}", to: "${to}", minReplicas: ${minReplicas} }`
    writeFileSync(join(root, 'tortoise.yaml'), `${text}events: [${event}]\n`)
    git(root, 'commit', '--quiet', '--all', '--message=event')
  }
  const minimumAfterRun = async (): Promise<string> => {
    await run()
    return kustomization.minimum().replace(/ #.*/, '')
  }

  it('raises the minimum before it begins, keeps it, and restores it after', async () => {
    checkout(kustomization)
    plan(at(48), at(72))
    expect(await minimumAfterRun()).toBe('3')
    plan(at(12), at(36))
    expect(await minimumAfterRun()).toBe('12')
    const before = commits()
    expect(await minimumAfterRun()).toBe('12')
    expect(commits()).toBe(before)
    expect(git(root, 'log', '-1', '--format=%B')).toContain('Planned: sale (until ')
    plan(at(-36), at(-1))
    expect(await minimumAfterRun()).toBe('3')
    expect(await minimumAfterRun()).toBe('3')
  }, 60_000)

  it('raises no minimum above the maximum, and restores none that a person set meanwhile', async () => {
    checkout(kustomization)
    plan(at(-1), at(36), 50)
    expect(await minimumAfterRun()).toBe('20')
    writeFileSync(join(root, 'apps/web/hpa.yaml'), autoscaler('7', '20'))
    plan(at(-36), at(-1))
    expect(await minimumAfterRun()).toBe('7')
  }, 60_000)

  it('is restored although an emergency began during it', async () => {
    checkout(kustomization)
    plan(at(-1), at(36))
    expect(await minimumAfterRun()).toBe('12')
    await emergency('start', '--namespace', 'shop')
    expect(kustomization.minimum()).toMatch(/^20/)
    await emergency('stop', '--namespace', 'shop')
    expect(kustomization.minimum()).toMatch(/^12/)
    plan(at(-36), at(-1))
    expect(await minimumAfterRun()).toBe('3')
  }, 60_000)

  it('whose match fits no workload is warned of', async () => {
    checkout(kustomization)
    plan(at(-1), at(36))
    expect(await run()).not.toContain('the planned event')
    const text = read('tortoise.yaml').replace('match: { namespace: shop }', 'match: { namespace: shpo }')
    writeFileSync(join(root, 'tortoise.yaml'), text)
    git(root, 'commit', '--quiet', '--all', '--message=typo')
    expect(await run()).toContain(
      'the planned event sale matches no workload that has recommendations ({ namespace: shpo }), so nothing is raised for it',
    )
  }, 60_000)

  it('that ends before it begins is refused with its place', async () => {
    checkout(kustomization)
    plan(at(2), at(1))
    const { status, stderr } = await tortoise(['plan', '--snapshot', 'x.json'], { cwd: root })
    expect([status, stderr]).toEqual([2, expect.stringContaining('must be after `from`')])
  })
})

describe('an emergency by pull request', () => {
  const api = { name: 'api', asks: 500, uses: 100 }
  const web = { name: 'web', asks: 100, uses: 300 }
  const hpa = autoscaler('3', '20').replaceAll('web', 'api').replace('  namespace: shop\n', '')

  it('is opened at once, stays beside those of runs, and is closed when it is stopped', async () => {
    story = await beginPulls({
      loads: [api, web],
      files: { 'prod/api/hpa.yaml': hpa },
      deliver: '  pullRequests: { maxOpen: 1 }',
    })
    const [command] = [story.command]
    const start = async (...more: readonly string[]): Promise<Ended> => {
      const { args, env } = command()
      const where = args.slice(1, args.indexOf('--snapshot'))
      return tortoise(['emergency', ...more, '--workload', 'Deployment/api', '-o', 'json', ...where], { env })
    }
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 1 }])
    const begun = await start('start', '--for', '2h', '--reason', 'sale')
    expect(begun.status, begun.stderr).toBe(0)
    expect(JSON.parse(begun.stdout).delivery.pulls).toMatchObject([{ action: 'opened', number: 2 }])
    expect(story.server.pulls[1]?.title).toMatch(/^fix\(resources\): emergency for Deployment\/api until /)
    expect(story.server.pulls[1]?.body).toContain('Reason: sale')
    expect(await story.pulls()).toMatchObject([
      { number: 2, action: 'unchanged' },
      { number: 1, action: 'unchanged' },
    ])
    const stopped = await start('stop')
    expect(stopped.status, stopped.stderr).toBe(0)
    expect(story.server.pulls.map(({ state }) => state)).toEqual(['open', 'closed'])
  }, 60_000)

  const begin = async (): Promise<void> => {
    story = await beginPulls({
      loads: [api, web],
      files: {
        'prod/api/hpa.yaml': hpa,
        'prod/web/hpa.yaml': autoscaler('3', '20').replace('  namespace: shop\n', ''),
      },
    })
  }
  const emergencyOf = (name: string, ...more: readonly string[]): Promise<Ended> => {
    if (story === undefined) throw new Error('no story')
    const { args, env } = story.command()
    const where = args.slice(1, args.indexOf('--snapshot'))
    return tortoise(['emergency', ...more, '--workload', `Deployment/${name}`, '-o', 'json', ...where], {
      env,
    })
  }
  const titles = () =>
    (story?.server.pulls ?? []).map(({ title, state }) => `${state} ${title.split(' until')[0]}`)

  it('does not replace that of another workload, and its stop closes only its own', async () => {
    await begin()
    await emergencyOf('api', 'start')
    await emergencyOf('web', 'start')
    const name = 'fix(resources): emergency for Deployment'
    expect(titles()).toEqual([`open ${name}/api`, `open ${name}/web`])
    await emergencyOf('web', 'stop')
    expect(titles()).toEqual([`open ${name}/api`, `closed ${name}/web`])
    expect((await emergencyOf('web', 'stop')).status).toBe(2)
    expect(titles()).toEqual([`open ${name}/api`, `closed ${name}/web`])
  }, 60_000)

  it('ends by a pull request that the next run keeps open, and by halves where a squash replaced its message', async () => {
    await begin()
    await emergencyOf('api', 'start', '--direct')
    const minimum = (): string =>
      /minReplicas: (\d+)/.exec(story?.git('show', 'main:prod/api/hpa.yaml') ?? '')?.[1] ?? ''
    expect(minimum()).toBe('20')
    await emergencyOf('api', 'stop')
    const number = story?.server.pulls.length ?? 0
    await story?.pulls()
    expect(story?.server.pulls[number - 1]?.state).toBe('open')
    story?.server.state.pulls.merge(number, { commit_message: story.server.pulls[number - 1]?.body ?? '' })
    expect(minimum()).toBe('10')
    const open = await story?.pulls()
    const [next] = (open ?? []).filter(({ branch }) =>
      /minReplicas: 5\b/.test(story?.git('show', `${branch}:prod/api/hpa.yaml`) ?? ''),
    )
    expect(next?.action).toMatch(/opened|updated/)
  }, 60_000)
})
