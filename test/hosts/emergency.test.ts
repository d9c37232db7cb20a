import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  autoscaler,
  checkout,
  commits,
  deployment,
  emergency,
  expire,
  kustomization,
  layouts,
  read,
  run,
  work,
} from './emergency-ground.ts'
import { git, tortoise } from './program.ts'

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
    const message = git(work.root, 'log', '-1', '--format=%B')
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
    writeFileSync(join(work.root, 'tortoise.yaml'), read('tortoise.yaml') + rule)
    git(work.root, 'commit', '--quiet', '--all', '--message=rule')
    await emergency('start', '--namespace', 'shop')
    expire()
    await run()
    expect(kustomization.minimum()).toBe('10 # at night')
  }, 60_000)

  it('is not listed silently as off in a clone that ends after it began', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    const clone = join(work.root, '.git/shallow-clone')
    git(work.root, 'clone', '--quiet', '--depth=1', `file://${work.root}`, clone)
    const { stderr } = await tortoise(['emergency', 'list'], { cwd: clone })
    expect(stderr).toContain('the clone is shallow and ends on ')
  })

  it('goes back to what a person set after the last one had ended', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    for (const least of ['10', '5', '3']) {
      await emergency('stop', '--namespace', 'shop')
      expect(kustomization.minimum()).toBe(`${least} # at night`)
    }
    const file = join(work.root, 'apps/web/hpa.yaml')
    writeFileSync(file, read('apps/web/hpa.yaml').replace('minReplicas: 3', 'minReplicas: 6'))
    git(work.root, 'commit', '--quiet', '--all', '--message=by hand')
    expect((await emergency('stop', '--namespace', 'shop')).stderr).toContain(
      'No emergency of these workloads is on',
    )
    await emergency('start', '--namespace', 'shop')
    const begun = git(work.root, 'rev-parse', '--short=10', 'HEAD').trim()
    const { stdout } = await emergency('stop', '--namespace', 'shop')
    expect(stdout).toContain(`(commit ${begun}) is over. It was 6 before`)
    expect((await emergency('list')).stdout).toContain('ending: now 10, goes back to 6')
    await emergency('stop', '--namespace', 'shop')
    expect(kustomization.minimum()).toBe('6 # at night')
    expect((await emergency('list')).stdout).toContain('No emergency is on')
  }, 60_000)

  it('says of an urgent run without usage only what it is for', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    const { status, stdout, stderr } = await tortoise(['run', '--urgent'], { cwd: work.root })
    expect(status, stderr).toBe(0)
    expect(stderr).toContain('so only emergencies are ended')
    expect(stdout).toContain('Nothing to change.')
    expect(stdout).not.toMatch(/usage|doctor|Skipped/)
  })

  it('is not begun at all when one of several names is wrong', async () => {
    checkout(kustomization)
    const { status, stderr } = await emergency('start', '--workload', 'Deployment/web', 'Deployment/wbe')
    expect([status, commits()]).toEqual([2, 1])
    expect(stderr).toContain('No source declares Deployment/wbe')
    const elsewhere = await emergency('start', '--workload', 'Deployment/web', '--cluster', 'nope')
    expect(elsewhere.stderr).toContain(
      'No source has workloads for the cluster nope\n  Their clusters are prod.',
    )
  })

  it('ends although no usage can be read, by urgent runs and by repeated stops', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    expire()
    const urgent = ['run', '--urgent', '--prometheus', 'http://127.0.0.1:9']
    const { status, stderr } = await tortoise(urgent, { cwd: work.root })
    expect(status, stderr).toBe(0)
    expect(stderr).toContain('no usage is known, so only emergencies are ended')
    expect(kustomization.minimum()).toBe('10 # at night')
    await emergency('stop', '--namespace', 'shop')
    await emergency('stop', '--namespace', 'shop')
    expect(kustomization.minimum()).toBe('3 # at night')
    expect((await emergency('stop', '--namespace', 'shop')).status).toBe(2)
  }, 60_000)

  it('starts and ends although the query of a signal cannot be used', async () => {
    const signals = '{ signals: [{ name: errors, query: "sum(", worse: above, value: 1 }] }'
    checkout(kustomization)
    writeFileSync(join(work.root, 'tortoise.yaml'), `${read('tortoise.yaml')}health: ${signals}\n`)
    git(work.root, 'commit', '--quiet', '--all', '--message=signals')
    expect(await emergency('start', '--namespace', 'shop')).toMatchObject({ status: 0 })
    expire()
    const { status, stderr } = await tortoise(['run', '--urgent'], { cwd: work.root })
    expect(status, stderr).toBe(0)
    expect(stderr).toContain('so only emergencies are ended: the query of the signal errors')
    expect(kustomization.minimum()).toBe('10 # at night')
  }, 60_000)

  it('is refused where nothing would be written, and says that a commit is in the clone alone', async () => {
    checkout(kustomization)
    const begun = await emergency('start', '--namespace', 'shop')
    expect(begun.stderr).toContain('push it, git push origin main')
    writeFileSync(join(work.root, 'tortoise.yaml'), read('tortoise.yaml').replace('direct', 'report'))
    const { status, stderr } = await emergency('stop', '--namespace', 'shop')
    expect(status).toBe(2)
    expect(stderr).toContain('--direct')
  })

  it('changes nothing with --dry-run', async () => {
    checkout(kustomization)
    const { status, stdout } = await emergency('start', '--namespace', 'shop', '--dry-run')
    expect([status, commits()]).toEqual([0, 1])
    expect(stdout).toContain('hpa.minReplicas')
    expect(git(work.root, 'status', '--porcelain')).toBe('')
  })

  it('is over when a person sets another value', async () => {
    checkout(kustomization)
    await emergency('start', '--namespace', 'shop')
    writeFileSync(join(work.root, 'apps/web/hpa.yaml'), autoscaler('8', '20'))
    git(work.root, 'commit', '--quiet', '--all', '--message=by hand')
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
