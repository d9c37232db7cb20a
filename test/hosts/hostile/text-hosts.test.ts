import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, type Ground, openGround } from '../daemon.ts'
import { hasNode24, runStep } from '../runner.ts'
import {
  canary,
  expectInert,
  expectInertMarkdown,
  manifest,
  openTextGround,
  plainNames,
  poison,
  poisonPath,
  quoted,
  settingsWith,
  usageOf,
} from './text-ground.ts'

const token = 'ghs_text-token-0123456789abcdef'
const ground = openTextGround()

describe.skipIf(!hasNode24)('the Action', () => {
  const step = (
    name: string,
    files: Readonly<Record<string, string>>,
    inputs: Readonly<Record<string, string>>,
  ) => {
    const origin = ground.lay(`action ${name}`, files)
    const directory = mkdtempSync(join(ground.root, 'runner-'))
    return runStep(
      { 'github-token': token, mode: 'report', push: 'false', ...inputs },
      {
        directory,
        clone: [`file://${origin}`],
        env: {
          GITHUB_REPOSITORY: 'acme/gitops',
          GITHUB_SERVER_URL: 'https://github.example',
          PATH: `${process.env['PATH']}`,
        },
      },
    )
  }

  /** The lines that the runner takes for commands must be the Action's own: annotations and masks. */
  const withoutOwnCommands = (stdout: string): string =>
    stdout.replace(/^::(notice|warning|error|add-mask)( [^\n]*?)?::/gm, '$1 ')

  it('writes names into its log, annotations, outputs and summary as text', async () => {
    const all = { ...plainNames, name: poison, container: poison }
    const snapshot = join(ground.root, 'action.json')
    writeFileSync(snapshot, usageOf(all))
    const ended = await step(
      'names',
      { 'tortoise.yaml': settingsWith(), [`plain/${poisonPath}`]: manifest(all) },
      { snapshot },
    )
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    const own = ended.stdout.match(/^::[^\n]*$/gm) ?? []
    expect(own.every((line) => /^::(notice|add-mask)( |::)/.test(line))).toBe(true)
    expectInert(withoutOwnCommands(ended.stdout))
    expect(ended.stdout).toContain('INJECTED')
    expectInertMarkdown(ended.summary)
    for (const value of Object.values(ended.outputs)) expectInert(value)
  })

  it('shows a failing program as class and place in its log and annotations', async () => {
    const snapshot = join(ground.root, 'action-fails.json')
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await step(
      'fails',
      {
        'tortoise.yaml': 'sources: [{path: c, cluster: prod, namespace: shop}]\nclusters: [{name: prod}]\n',
        'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
        'c/values.yaml': `password: ${quoted(`${canary} ${poison}`)}\n`,
        'c/templates/a.yaml': '{{ fail .Values.password }}\n',
      },
      { snapshot },
    )
    expectInert(withoutOwnCommands(ended.stdout))
    expect(ended.stdout + ended.summary).toContain('c/templates/a.yaml:1 calls fail')
    expect(ended.stdout + ended.stderr + ended.summary).not.toContain(canary)
  })

  it('has the problem of hostile settings in an annotation, as text', async () => {
    const ended = await step('settings', { 'tortoise.yaml': `${quoted(poison)}: 1\n` }, {})
    expect(ended.status).toBe(1)
    expectInert(withoutOwnCommands(ended.stdout))
    expect(ended.stdout).toContain('unknown setting')
  })
})

describe('the daemon', () => {
  let daemons: Ground
  beforeAll(() => {
    daemons = openGround()
  })
  afterAll(() => daemons.close())

  it('logs and shows hostile names and failures as text', async () => {
    const { root, serve: start, until } = daemons
    const repo = ground.lay('daemon', {
      'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'c/values.yaml': `password: ${quoted(`${canary} ${poison}`)}\n`,
      'c/templates/a.yaml': '{{ fail .Values.password }}\n',
      [`plain/${poisonPath}`]: manifest({ ...plainNames, name: poison }),
    })
    mkdirSync(join(root, 'hostile'))
    const snapshot = join(root, 'usage.json')
    writeFileSync(snapshot, usageOf({ ...plainNames, name: poison }))
    const settings = join(root, 'hostile.json')
    writeFileSync(
      settings,
      JSON.stringify({
        sources: [
          { path: 'plain', cluster: 'prod', namespace: 'shop' },
          { path: 'c', cluster: 'prod', namespace: 'shop' },
        ],
        clusters: [{ name: 'prod' }],
        deliver: { mode: 'report', base: 'main' },
        serve: {
          jitterSeconds: 0,
          schedules: [
            { cron: '* * * * * *', name: 'prod' },
            { cron: '* * * * * *', name: 'gone', cluster: poison },
          ],
        },
      }),
    )
    const daemon = start('hostile', settings, { usage: ['--snapshot', snapshot, '--repo', repo] })
    await until('a run', () => count(daemon.log, 'run finished') > 0, 60)
    for (const line of daemon.log) for (const value of Object.values(line)) expectInert(String(value))
    const page = await (await daemon.get('/')).text()
    expectInert(page)
    expect(page).toContain('INJECTED')
    expect(page).not.toMatch(/<img|<\/details> \[a\]/)
    const metrics = await (await daemon.get('/metrics')).text()
    expectInert(metrics)
    expect(metrics.split('\n').every((line) => /^(#|tortoise_|process_|nodejs_|$)/.test(line))).toBe(true)
    const report = await (await daemon.get('/report.json')).text()
    expectInert(report)
    JSON.parse(report)
    daemon.child.kill('SIGTERM')
    await daemon.ended
    rmSync(repo, { recursive: true, force: true })
  })
})
