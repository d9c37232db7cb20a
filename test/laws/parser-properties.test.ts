import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../config/load.ts'
import { openOperator } from '../../config/operator-file.ts'
import { settingsSchema } from '../../config/schema.ts'
import { readBoxes, readCommands, readLabels } from '../../plugin/deliver/pulls/commands.ts'
import { readBlock } from '../../plugin/deliver/record/hidden-block.ts'
import { parseChangeKey, parseChanges } from '../../plugin/deliver/record/trailers.ts'
import { parseOverlay } from '../../plugin/edit/overlay-file.ts'
import { declaredWorkloads } from '../../plugin/model/declared.ts'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import { parseQuantity } from '../../plugin/model/quantity.ts'
import { surroundingObjects } from '../../plugin/model/surrounding-objects.ts'
import { controllerSchema, unhealthyReason } from '../../plugin/observe/kubernetes/health.ts'
import { podSchema, podStatusByWorkload, reservedRoom } from '../../plugin/observe/kubernetes/live-pods.ts'
import {
  limitRangeSchema,
  namespaceBounds,
  quotaSchema,
} from '../../plugin/observe/kubernetes/namespace-bounds.ts'
import { nodeFinder, nodeSchema } from '../../plugin/observe/kubernetes/nodes.ts'
import { chooseDialect } from '../../plugin/observe/prometheus/probe.ts'
import {
  MalformedResponse,
  responseReader,
  type Series,
} from '../../plugin/observe/prometheus/response-reader.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { refusedSizes } from '../../plugin/prove/acceptable.ts'
import { recommend } from '../../plugin/recommend/recommend.ts'
import { manifestsIn } from '../../plugin/yaml/manifests.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { openYaml } from '../../plugin/yaml/open.ts'

const seed = 20261128
const { profile: _, ...options } = settingsSchema.parse({}).recommend

/** Runs a parser; an expected stop, or a malformed response, is an answer. Anything else is a bug. */
function stopsAtMost(parse: () => unknown): void {
  const started = performance.now()
  try {
    parse()
  } catch (error) {
    if (!(error instanceof ExpectedStop) && !(error instanceof MalformedResponse)) throw error
  }
  expect(performance.now() - started).toBeLessThan(5000)
}

const settings = (text: string): unknown => [
  loadSettings('tortoise.yaml', text),
  openOperator({ file: 'operator.yaml', text }),
]
const manifests = (text: string): void => {
  const opened = openYaml('x.yaml', text)
  if (opened.ok) manifestsIn(opened.yaml)
  const objects = readObjects('x.yaml', text)
  declaredWorkloads(objects, 'shop')
  surroundingObjects(objects, 'shop')
  refusedSizes(objects, 'shop')
}
const comments = (text: string): unknown => [
  readCommands(text),
  readLabels([text]),
  readBoxes(text),
  readBlock(text),
  parseChanges(text),
  parseChangeKey(text),
  parseQuantity(text),
]
const snapshot = (text: string): void => {
  const { observations } = parseSnapshot('snapshot.json', text)
  const values = { 'requests.cpu': '1', 'requests.memory': '1Gi', 'limits.memory': '1Gi' }
  const workloads = observations.map(({ workload, containers }) => ({
    workload,
    containers: containers.map(({ container }) => ({ name: container, role: 'main', values }) as const),
  }))
  recommend({ workloads }, observations, { options, rules: [], guarded: true, lastChange: () => undefined })
}
const prometheus = (text: string): void => {
  const rows: Series[] = []
  const reader = responseReader((series) => rows.push(series))
  for (let at = 0; at < text.length; at += 7) reader.push(text.slice(at, at + 7))
  reader.finish()
  chooseDialect(rows)
}
const overlay = (text: string): unknown => parseOverlay('gitops-tortoise.yaml', text)

/** Reads objects of an API server, as lists of it hold them. */
function kubernetes(objects: readonly unknown[]): void {
  const of = <T>(schema: { safeParse: (one: unknown) => { data?: T | undefined } }): readonly T[] =>
    objects.flatMap((one) => schema.safeParse(one).data ?? [])
  const pods = of(podSchema)
  podStatusByWorkload(pods, {})
  nodeFinder(of(nodeSchema), reservedRoom(pods, {}))('shop/Deployment/web', {})
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Rollout'])
    for (const one of of(controllerSchema)) unhealthyReason(kind, one)
  namespaceBounds(of(limitRangeSchema), of(quotaSchema))
}

/** Every file of a directory that a test may change. */
function filesIn(directory: string, ending: RegExp): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => ending.test(path) && statSync(path).isFile() && statSync(path).size < 60_000)
    .map((path) => readFileSync(path, 'utf8'))
}

const pieces = [
  '\0',
  '\u2028',
  '&a [*a]',
  '*a',
  '{{ .x }}',
  '---\n',
  '"',
  '}',
  '[[[[[[',
  '9007199254740993',
  '-1',
  '1e400',
  'null',
  '<<: *a',
  '__proto__: 1',
  '\t',
  '💥',
]

/** A text with some changes: parts left out, doubled, or replaced by something odd. */
const mutated = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.nat(40), fc.constantFrom(...pieces, '')), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([text, edits]) =>
      edits.reduce((now, [at, length, piece]) => {
        const start = now.length === 0 ? 0 : at % now.length
        return `${now.slice(0, start)}${piece}${now.slice(start + length)}`
      }, text),
    )

const demo = 'plugin/hosts/demo/files'
const yamls = filesIn(`${demo}/repository`, /\.ya?ml$/)
const recorded = readFileSync(`${demo}/snapshot.json`, 'utf8')
  .split('\n')
  .filter((line) => line.length < 40_000)
const small = `${recorded[0] ?? ''}\n${(recorded[1] ?? '').replace(/,$/, '')}\n]}\n`
const answer =
  '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"probe":"cadvisor","job":"kubelet"},"values":[[1757808000,"0.25"],[1757808300,"NaN"]]}]},"warnings":["slow"]}'
const commands = ['/tortoise retry web requests.cpu\n- [x] <!-- tortoise:decline --> web', '/tortoise pin']
const overlays = [
  'kind: TortoiseOverlay\nversion: 1\nworkloads:\n  - kind: Deployment\n    name: web\n    values: {web.requests.cpu: 100m}\n',
]

const check = (arbitrary: fc.Arbitrary<string>, parse: (text: string) => unknown): void =>
  fc.assert(
    fc.property(arbitrary, (text) => stopsAtMost(() => parse(text))),
    { seed, numRuns: 400 },
  )

describe('no text that people or servers hand in ends a parser with anything but a stop', () => {
  const any = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.string())
  it.each([
    ['settings', settings, yamls],
    ['manifests', manifests, yamls],
    ['snapshots', snapshot, [small]],
    ['overlays', overlay, overlays],
    ['comments and commit messages', comments, commands],
    ['answers of Prometheus', prometheus, [answer]],
  ] as const)('%s', (_name, parse, texts) => {
    check(any, parse)
    check(mutated(texts), parse)
  })

  it('objects of an API server, of any shape', () => {
    const text = fc.string()
    const object = fc.record(
      {
        metadata: fc.record(
          { name: text, namespace: text, labels: fc.dictionary(text, text) },
          { requiredKeys: [] },
        ),
        spec: fc.oneof(
          fc.jsonValue(),
          fc.record({
            replicas: fc.jsonValue(),
            containers: fc.jsonValue(),
            taints: fc.jsonValue(),
            hard: fc.jsonValue(),
          }),
        ),
        status: fc.oneof(
          fc.jsonValue(),
          fc.record({
            conditions: fc.jsonValue(),
            allocatable: fc.dictionary(text, fc.oneof(text, fc.double())),
            phase: fc.jsonValue(),
          }),
        ),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(object, fc.jsonValue()), { maxLength: 4 }), (objects) =>
        stopsAtMost(() => kubernetes(objects)),
      ),
      { seed, numRuns: 400 },
    )
  })

  it.each([
    ['a step of a slot longer than a day', '"step":300', '"step":9007199254740991'],
    ['a step of no time', '"step":300', '"step":0'],
    ['a first slot before all time', '"first":', '"first":-'],
    ['a first slot after all time', '"first":1', '"first":999999999991'],
  ])('a snapshot with %s is refused with its place', (_, from, to) => {
    const text = small.replaceAll(from, to)
    expect(text).not.toBe(small)
    expect(() => snapshot(text)).toThrow(/containers\[0\]/)
  })
})
