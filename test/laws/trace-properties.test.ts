import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToStringOptions } from 'yaml'
import { stringify } from 'yaml'
import { createPrograms } from '../../plugin/io/programs.ts'
import { openWorkTree } from '../../plugin/io/work-tree.ts'
import { fieldKey } from '../../plugin/model/field.ts'
import { groupBy } from '../../plugin/model/group.ts'
import { fieldsOf } from '../../plugin/model/manifest.ts'
import type { Source } from '../../plugin/model/source.ts'
import { traceSource } from '../../plugin/trace/dye/trace-source.ts'
import { applySplices } from '../../plugin/yaml/splice.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import { programDirectory } from '../lab/programs.mjs'

// One source has many workloads, so that a few renderings try thousands of stacks of layers.
const seed = 20260918
const numRuns = 5

const work = { root: '', count: 0 }
beforeAll(() => {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-laws-'))
})
afterAll(() => rmSync(work.root, { recursive: true, force: true }))

type Files = Readonly<Record<string, string>>

/** A source, and the file whose value should win for each field (`name requests.cpu`). */
interface Built {
  readonly files: Files
  readonly source: Source
  readonly winners: ReadonlyMap<string, string>
}

/** Traces every field, writes a distinct value at each source line, and renders the result with the real program. */
async function traceAndMove({ files, source }: Built) {
  const directory = join(work.root, String(work.count++))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const view = openWorkTree(directory)
  const renderer = createRenderer({ programs: createPrograms({}, programDirectory('v35'), directory) })
  const { fields, origins } = await traceSource(source, { view, renderer })
  const traced = fields.flatMap((field, index) => {
    const origin = origins.get(fieldKey(field))
    const unit = field.field.endsWith('cpu') ? 'm' : 'Mi'
    return origin?.kind === 'scalar'
      ? [{ field, site: origin.candidate, to: `${20_001 + index}${unit}` }]
      : []
  })
  const byFile = groupBy(traced, ({ site }) => site.file)
  const texts = new Map(
    [...byFile].map(([file, members]) => {
      const splices = members.map(({ site: { range, quote }, to }) => ({
        start: range[0],
        end: range[1],
        text: `${quote}${to}${quote}`,
      }))
      return [file, applySplices(files[file] ?? '', splices)] as const
    }),
  )
  const after = await renderer.render(source, view.with(texts))
  const moved = new Map(fieldsOf(after.objects, 'default').map((field) => [label(field), field.value]))
  return {
    sites: new Map(traced.map(({ field, site }) => [label(field), site.file])),
    wanted: new Map(traced.map(({ field, to }) => [label(field), to])),
    moved,
  }
}

const label = ({ workload, field }: { workload: { name: string }; field: string }): string =>
  `${workload.name} ${field}`

async function holds(built: Built): Promise<void> {
  const { sites, wanted, moved } = await traceAndMove(built)
  expect(Object.fromEntries(sites)).toEqual(Object.fromEntries(built.winners))
  expect(Object.fromEntries(moved)).toEqual(Object.fromEntries(wanted))
}

const cpuText = fc.integer({ min: 10, max: 900 }).map((value) => `${value}m`)
const memoryText = fc.integer({ min: 16, max: 900 }).map((value) => `${value}Mi`)
/** Which layers above the lowest one set a value, and to what. */
const layered = (text: fc.Arbitrary<string>, layers: number) =>
  fc.record({
    base: text,
    above: fc.array(fc.option(text, { freq: 2, nil: undefined }), { minLength: layers, maxLength: layers }),
  })
const stacks = (layers: number, workloads: number) =>
  fc.array(fc.record({ cpu: layered(cpuText, layers), memory: layered(memoryText, layers) }), {
    minLength: workloads,
    maxLength: workloads,
  })
type Stack = { readonly base: string; readonly above: readonly (string | undefined)[] }
type Sizes = { readonly cpu: Stack; readonly memory: Stack }

const style = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  defaultStringType: fc.constantFrom<'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE'>(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
  ),
  collectionStyle: fc.constantFrom<'any' | 'flow'>('any', 'any', 'flow'),
})
type Style = ToStringOptions

/** The requests that one layer sets. */
const requestsAt = ({ cpu, memory }: Sizes, layer: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ cpu: cpu.above[layer], memory: memory.above[layer] }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  )

const winnersOf = (all: readonly Sizes[], fileOf: (name: string, layer: number) => string) =>
  new Map(
    all.flatMap((sizes, index) =>
      (['cpu', 'memory'] as const).map((resource) => {
        const layer = sizes[resource].above.findLastIndex((value) => value !== undefined)
        return [`w${index} requests.${resource}`, fileOf(`w${index}`, layer)] as const
      }),
    ),
  )

describe('the traced source line is the one that sets the rendered value', () => {
  it('in a stack of Helm values files', async () => {
    const values = (all: readonly Sizes[], layer: number) => ({
      parts: Object.fromEntries(
        all.flatMap((sizes, index) => {
          const requests =
            layer === -1 ? { cpu: sizes.cpu.base, memory: sizes.memory.base } : requestsAt(sizes, layer)
          return Object.keys(requests).length === 0 ? [] : [[`w${index}`, { resources: { requests } }]]
        }),
      ),
    })
    const template = `{{- range $name, $part := .Values.parts }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ $name }}}
spec: {template: {spec: {containers: [{name: app, image: x, resources: {{ toJson $part.resources }}}]}}}
{{- end }}
`
    const files = ['c/values.yaml', 'common.yaml', 'region.yaml', 'prod.yaml']
    const build = (all: readonly Sizes[], styles: readonly Style[]): Built => ({
      source: { kind: 'helm', id: 'c', path: 'c', release: 'r', values: files.slice(1) },
      files: {
        'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
        'c/templates/all.yaml': template,
        ...Object.fromEntries(
          files.map((file, index) => [
            file,
            stringify(values(all, index - 1), { lineWidth: 0, ...styles[index] }),
          ]),
        ),
      },
      winners: winnersOf(all, (_name, layer) => files[layer + 1] ?? ''),
    })
    const styles = fc.array(style, { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(stacks(3, 400), styles, (all, chosen) => holds(build(all, chosen))),
      { seed, numRuns, endOnFailure: true },
    )
  }, 1_200_000)

  it('in a tree of kustomizations, components and patches', async () => {
    const deployment = (name: string, requests: object, more: object = {}) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { template: { spec: { containers: [{ name: 'app', ...more, resources: { requests } }] } } },
    })
    const each = <T>(
      all: readonly Sizes[],
      layer: number,
      make: (name: string, requests: Readonly<Record<string, string>>) => T,
    ) =>
      all.flatMap((sizes, index) => {
        const requests = requestsAt(sizes, layer)
        return Object.keys(requests).length === 0 ? [] : [make(`w${index}`, requests)]
      })
    const operations = (requests: Readonly<Record<string, string>>) =>
      Object.entries(requests).map(([resource, value]) => ({
        op: 'replace',
        path: `/spec/template/spec/containers/0/resources/requests/${resource}`,
        value,
      }))
    const target = (name: string) => ({ target: { kind: 'Deployment', name } })
    const component = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' }
    const build = (all: readonly Sizes[], styles: readonly Style[]): Built => {
      const print = (value: unknown, at: number) => stringify(value, { lineWidth: 0, ...styles[at] })
      const inline = (value: unknown, at: number) =>
        stringify(value, { ...styles[at], lineWidth: 0, collectionStyle: 'any' })
      return {
        source: { kind: 'kustomize', id: 'prod', path: 'prod' },
        files: {
          'base/all.yaml': all
            .map(({ cpu, memory }, index) =>
              print(
                deployment(`w${index}`, { cpu: cpu.base, memory: memory.base }, { image: 'x' }),
                index % 4,
              ),
            )
            .join('---\n'),
          'base/kustomization.yaml': stringify({
            resources: ['all.yaml'],
            patches: each(all, 0, (name, requests) => ({ patch: inline(deployment(name, requests), 0) })),
          }),
          'component/kustomization.yaml': stringify({
            ...component,
            patches: each(all, 1, (name) => ({ path: `${name}.yaml` })),
          }),
          ...Object.fromEntries(
            each(
              all,
              1,
              (name, requests) => [`component/${name}.yaml`, print(deployment(name, requests), 1)] as const,
            ),
          ),
          'prod/kustomization.yaml': stringify({
            resources: ['../base'],
            components: ['../component'],
            patches: [
              ...each(all, 2, (name) => ({ path: `${name}.json`, ...target(name) })),
              ...each(all, 3, (name, requests) => ({
                patch: inline(operations(requests), 3),
                ...target(name),
              })),
            ],
          }),
          ...Object.fromEntries(
            each(
              all,
              2,
              (name, requests) =>
                [`prod/${name}.json`, JSON.stringify(operations(requests), null, 1)] as const,
            ),
          ),
        },
        winners: winnersOf(
          all,
          (name, layer) =>
            [
              'base/all.yaml',
              'base/kustomization.yaml',
              `component/${name}.yaml`,
              `prod/${name}.json`,
              'prod/kustomization.yaml',
            ][layer + 1] ?? '',
        ),
      }
    }
    const styles = fc.array(style, { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(stacks(4, 100), styles, (all, chosen) => holds(build(all, chosen))),
      // kustomize is slow with many patches, so there are more trees with fewer workloads.
      { seed, numRuns: 3 * numRuns, endOnFailure: true },
    )
  }, 1_200_000)
})
