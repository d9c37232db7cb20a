import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { validateDetailed } from 'node-cron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { chart, directory, helm, settings } from './chart-ground.ts'

/** What the chart's template says about each text: the problem, or an empty text. */
function problemsOf(define: string, texts: readonly string[]): readonly string[] {
  const own = mkdtempSync(join(directory, 'chart-'))
  mkdirSync(join(own, 'templates'))
  for (const name of ['_schedules.tpl', '_cron-fields.tpl'])
    cpSync(join(chart, 'templates', name), join(own, 'templates', name))
  writeFileSync(join(own, 'Chart.yaml'), 'apiVersion: v2\nname: problems\nversion: 0.0.1\n')
  const each = `{{- range .Values.texts }}\n  - {{ include "${define}" . | quote }}\n{{- end }}`
  writeFileSync(join(own, 'templates/problems.yaml'), `problems:\n${each}\n`)
  const { status, stdout, stderr } = helm('v35', ['template', 'x', own], { texts })
  expect(status, stderr).toBe(0)
  return (parse(stdout) as { readonly problems: readonly string[] }).problems
}

const isUsable = (cron: string): boolean => validateDetailed(cron).valid

const turnsRound = ([, from, to]: RegExpExecArray): boolean => Number(from) > Number(to)

const good = [
  '17 4 * * 1-5',
  '*/15 * * * * *',
  '0 0 L * *',
  '0 0 15W,LW * *',
  '0 0 L-3 * *',
  '0 0 ? * MON#2',
  '0 22-3/2 * January Fri-Mon',
  '0 0 * * 5L,7',
  '@daily',
  '  0   0 29 2 *',
]
const bad = [
  '',
  '* * * *',
  '61 * * * *',
  '0 24 * * *',
  '0/5 * * * *',
  '*/0 * * * *',
  '0 0 0 * *',
  '0 0 * 13 *',
  '0 0 * * 8',
  '0 0 ?,1 * *',
  '0 0 * * mon#6',
  '0 0 30 2 *',
  '0 0 31 4,jun *',
  '0 0 * * *\t',
  '0,,1 0 * * *',
  '@every 1h',
]

describe('a schedule of the daemon in the values', () => {
  it('is accepted where the daemon accepts it, and refused where it refuses it', () => {
    const all = [...good, ...bad]
    const problems = problemsOf('tortoise.daemonCronProblem', all)
    expect(all.filter((_, index) => problems[index] === '')).toEqual(good)
    expect(all.filter(isUsable)).toEqual(good)
  })

  it('is judged as node-cron judges it, for three thousand generated ones', () => {
    const number = fc.integer({ min: 0, max: 63 }).map(String)
    const name = fc.constantFrom('mon', 'SUN', 'friday', 'feb', 'Dec', 'october', 'x')
    const small = fc.integer({ min: 0, max: 13 }).map(String)
    const atom = fc.oneof(number, small, small, name)
    const item = fc.oneof(
      { weight: 4, arbitrary: fc.constant('*') },
      { weight: 4, arbitrary: atom },
      fc.tuple(small, small).map(([from, to]) => `${from}-${to}`),
      fc.tuple(fc.constantFrom('*', '1-5', '3', 'mon-fri'), small).map(([of, step]) => `${of}/${step}`),
      fc.constantFrom('?', 'L', 'l-3', '15w', 'LW', '5L', '2#3', 'tue#1', '', '00', '1-', '-'),
    )
    const field = fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(','))
    const cron = fc.array(field, { minLength: 4, maxLength: 7 }).map((fields) => fields.join(' '))
    const fields = fc.sample(cron, { numRuns: 1500, seed: 1 })
    const mutated = fc
      .sample(fc.tuple(fc.constantFrom(...good.slice(0, 8)), fc.nat(5), field), { numRuns: 1500, seed: 2 })
      .map(([text, at, one]) =>
        text
          .split(' ')
          .with(Math.min(at, text.split(' ').length - 1), one)
          .join(' '),
      )
    const texts = [...fields, ...mutated]
    const problems = problemsOf('tortoise.daemonCronProblem', texts)
    const passed = new Set(texts.filter((_, index) => problems[index] === ''))
    expect([...passed].filter((text) => !isUsable(text))).toEqual([])
    // node-cron lets an end that does not exist pass in a range that turns round, such as 8-6 for weekdays.
    const refused = texts.filter((text) => isUsable(text) && !passed.has(text))
    expect(refused.filter((text) => ![...text.matchAll(/(\d+)-(\d+)/g)].some(turnsRound))).toEqual([])
    expect(refused.length).toBeLessThan(30)
    const usable = texts.filter(isUsable).length
    expect(usable).toBeGreaterThan(300)
    expect(texts.length - usable).toBeGreaterThan(300)
  })

  it.each(['v31', 'v35'] as const)('stops Helm %s with one sentence that names the place', (version) => {
    const says = (values: object): string => helm(version, ['template', 'x', chart], values).stderr
    const serve = (schedules: readonly object[], more: object = {}) => ({
      settings: { ...settings, serve: { schedules, ...more } },
    })
    expect(says(serve([{ cron: '17 4 * * *' }, { cron: '61 4 * * *' }]))).toContain(
      '`settings.serve.schedules[1].cron`: "61" cannot be the minute of the cron expression "61 4 * * *".',
    )
    expect(says(serve([{ cron: '0 4 * *' }]))).toMatch(
      /"0 4 \* \*" is not a cron expression. Write five fields/,
    )
    expect(says(serve([{ cron: '0 0 31 2 *' }]))).toContain(
      'never matches, because its months have no day 31.',
    )
    expect(says(serve([{ cron: '@daily' }, { name: '1', cron: '@weekly' }]))).toContain(
      '`settings.serve.schedules`: two schedules have the name 1.',
    )
    expect(says(serve([], { timeZone: 'Europe Berlin' }))).toContain(
      '`settings.serve.timeZone`: "Europe Berlin" is not an IANA time zone, such as Europe/Berlin.',
    )
    const operatorSettings = { serve: { schedules: [{ cron: 'now' }] } }
    expect(says({ operatorSettings, repositories: true })).toContain(
      '`operatorSettings.serve.schedules[0].cron`',
    )
    expect(says({ settings, mode: 'cronjob', cronjob: { schedule: '0 0 * * 7' } })).toContain(
      '`cronjob.schedule`: "7" cannot be the weekday',
    )
    expect(says({ settings, mode: 'cronjob', cronjob: { timeZone: 'UTC+2' } })).toContain(
      '`cronjob.timeZone`',
    )
    expect(says({ settings, mode: 'cronjob', cronjob: { schedule: '@every 6h' } })).toBe('')
  })

  it('has a time zone that is accepted where the daemon accepts it', () => {
    const zones = [
      ...Intl.supportedValuesOf('timeZone'),
      'UTC',
      'Etc/GMT+2',
      'EST5EDT',
      '+02:00',
      'America/Port-au-Prince',
    ]
    expect(problemsOf('tortoise.zoneProblem', zones).filter((one) => one !== '')).toEqual([])
  })
})

describe.skipIf(!hasControlPlane())("a CronJob's schedule in the values (npm run lab:setup)", () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane()
  })
  afterAll(() => plane?.close())

  it('is judged as the API server judges it', async () => {
    const texts = [
      ...good,
      ...bad,
      '0/5 * ? * sun',
      '0 0 1,15 feb-DEC/2 *',
      '@every 90m',
      '? ? ? ? ?',
      '5-1 * * * *',
    ]
    const problems = problemsOf('tortoise.jobCronProblem', texts)
    const accepted: string[] = []
    for (const schedule of texts) {
      const container = { name: 'x', image: 'x' }
      const pod = { spec: { containers: [container], restartPolicy: 'Never' } }
      const spec = { schedule, jobTemplate: { spec: { template: pod } } }
      const path = '/apis/batch/v1/namespaces/default/cronjobs?dryRun=All'
      const answer = await plane.call('POST', path, { metadata: { name: 'x' }, spec }).catch(() => undefined)
      if (answer !== undefined) accepted.push(schedule)
    }
    expect(accepted.length).toBeGreaterThan(5)
    const passed = texts.filter((_, index) => problems[index] === '')
    // The server skips an empty item. The template cannot compare the ends of a range.
    expect(accepted.filter((one) => !passed.includes(one))).toEqual(['0,,1 0 * * *'])
    expect(passed.filter((one) => !accepted.includes(one))).toEqual(['5-1 * * * *'])
  })
})
