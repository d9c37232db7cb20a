import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { diffLines } from 'diff'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../lab/programs.mjs'
import { tortoise } from './program.ts'

/** What is made of a chart as `helm create` writes it, what is then set, and which rendered lines must differ. */
interface Altered {
  readonly about: string
  readonly alter: (chart: string) => void
  readonly set: readonly string[]
  readonly lines: readonly string[]
  /** A line that the edited values file must hold afterwards. */
  readonly kept: string
}

const change = (file: string, from: string, to: string): void => {
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
  writeFileSync(file, text.replace(from, to))
}

const charts: readonly Altered[] = [
  {
    about: 'as it is: an empty resources with a commented example',
    alter: () => {},
    set: ['web.requests.cpu=250m', 'web.requests.memory=96Mi'],
    lines: ['+cpu: 250m', '+memory: 96Mi', '+requests:', '+resources:'],
    kept: "  # lines, adjust them as necessary, and remove the curly braces after 'resources:'.",
  },
  {
    about: 'with autoscaling, which removes the count of replicas',
    alter: (chart) =>
      change(join(chart, 'values.yaml'), 'autoscaling:\n  enabled: false', 'autoscaling:\n  enabled: true'),
    set: ['hpa.target.cpu=65', 'hpa.maxReplicas=30'],
    lines: ['+averageUtilization: 65', '+maxReplicas: 30', '-averageUtilization: 80', '-maxReplicas: 100'],
    kept: '  # targetMemoryUtilizationPercentage: 80',
  },
  {
    about: 'with sidecars in a map that the template ranges over, sized through tpl',
    alter: (chart) => {
      change(
        join(chart, 'values.yaml'),
        'replicaCount: 1',
        'replicaCount: 1\n\nsidecars:\n    proxy:\n        memory: "64Mi" # by hand\n    agent:\n        memory: "32Mi"\n',
      )
      change(
        join(chart, 'templates/deployment.yaml'),
        '      containers:\n',
        '      containers:\n        {{- range $name, $one := .Values.sidecars }}\n        - name: {{ $name }}\n          image: registry.example.com/{{ $name }}\n          resources:\n            requests:\n              memory: {{ tpl $one.memory $ | quote }}\n        {{- end }}\n',
      )
    },
    set: ['proxy.requests.memory=80Mi'],
    lines: ['+memory: "80Mi"', '-memory: "64Mi"'],
    kept: '        memory: "80Mi" # by hand',
  },
]

describe('charts made by helm create and altered', () => {
  const work = { directory: '', bin: '' }
  beforeAll(() => {
    work.directory = mkdtempSync(join(tmpdir(), 'tortoise-created-'))
    work.bin = programDirectory('v35')
  })
  afterAll(() => rmSync(work.directory, { recursive: true, force: true }))

  it.each(charts)('$about', async ({ alter, set, lines, kept }) => {
    const repository = mkdtempSync(join(work.directory, 'chart-'))
    execFileSync(join(work.bin, 'helm'), ['create', 'web'], { cwd: repository, stdio: 'ignore' })
    alter(join(repository, 'web'))
    const bare = (): string =>
      execFileSync(join(work.bin, 'helm'), ['template', 'shop', 'web'], { cwd: repository, encoding: 'utf8' })
    const before = bare()
    const run = () =>
      tortoise(
        [
          'set',
          'web',
          '--repo',
          repository,
          '--release',
          'shop',
          '--workload',
          'Deployment/shop-web',
          ...set.flatMap((one) => ['--set', one]),
        ],
        { env: { PATH: [work.bin, process.env['PATH'] ?? ''].join(delimiter) } },
      )
    expect(await run()).toMatchObject({ status: 0 })
    const differing = diffLines(before, bare()).flatMap(({ added, removed, value }) =>
      added || removed
        ? value
            .trimEnd()
            .split('\n')
            .map((line) => `${added ? '+' : '-'}${line.trim()}`)
        : [],
    )
    expect([...differing].sort()).toEqual([...lines].sort())
    expect(readFileSync(join(repository, 'web/values.yaml'), 'utf8').split('\n')).toContain(kept)
    expect(await run()).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing to change') })
  })
})
