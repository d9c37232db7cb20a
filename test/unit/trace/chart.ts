import { parse, parseAllDocuments } from 'yaml'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import { stop } from '../../../plugin/model/problem.ts'
import type { InputFile, RepositoryView, Source } from '../../../plugin/model/source.ts'
import { sharedDetails } from '../../../plugin/model/source.ts'
import { cachedByContent } from '../../../renderers/content-cache.ts'
import type { RendererKind } from '../../../renderers/kind.ts'
import type { Log } from './log.ts'
import { merged } from './merge.ts'

/** A toy chart: a directory with `chart.yaml`, default values in `values.yaml`, and a template in `template.yaml`. */
export interface ChartSource extends Source {
  readonly kind: 'chart'
  /** Values of the object that declares it, as YAML texts, weakest first. */
  readonly inline?: readonly string[]
}

/**
 * Charts in memory. A template is a text with expressions in JavaScript that read `values`: `cpu: <% values.cpu * 2 %>m`.
 * `chart.yaml` may list charts below it: `charts: [{path, as: [keys]}]`.
 */
export const chart = (log: Log): RendererKind<ChartSource> => ({
  name: 'chart',
  plural: 'charts',
  programs: [],
  overrides: ['values'],
  entry: /^chart\.yaml$/,
  detect: async ({ path, entries = [] }) =>
    entries.some(({ name }) => name === 'chart.yaml') ? { sources: [{ path }], whole: true } : undefined,
  identify: (hint) => ({
    kind: 'chart',
    id: [hint.path, ...(hint.values ?? [])].join(' + '),
    ...sharedDetails(hint),
    ...(hint.values === undefined ? {} : { values: hint.values }),
  }),
  rollOutKey: ({ path, values = [] }) => [path, ...values].join(' '),
  ...cachedByContent<ChartSource>({
    inputs: inputsOf,
    render: async (source, view, options) => {
      await log(source, view, options)
      const stackOfValues = [
        ...(await Promise.all((source.values ?? []).map((file) => valuesIn(view, file)))),
        ...(source.inline ?? []).map((text) => parse(text) as Json),
        parse(options?.extraValues ?? '{}') as Json,
      ]
      const objects = await renderChart(source.path, view, stackOfValues)
      return { source, objects }
    },
  }),
  parameters: {} as never,
  manifests: async (request) => ({ source: { kind: 'chart', id: '', path: request.path }, text: '' }),
})

interface Subchart {
  readonly path: string
  readonly as: readonly string[]
}

async function subchartsOf(path: string, view: RepositoryView): Promise<readonly Subchart[]> {
  const { charts = [] } = ((await valuesIn(view, `${path}/chart.yaml`)) ?? {}) as { charts?: Subchart[] }
  return charts.map((one) => ({ ...one, path: `${path}/${one.path}` }))
}

async function inputsOf(source: ChartSource, view: RepositoryView): Promise<readonly InputFile[]> {
  const { path, values = [] } = source
  if ((await view.kind(`${path}/chart.yaml`)) !== 'file')
    throw stop('source.unknown', 'no chart is here', { place: { file: path } })
  const below = await Promise.all(
    (await subchartsOf(path, view)).map(async ({ path: inner, as }): Promise<readonly InputFile[]> => {
      const own = await inputsOf({ kind: 'chart', id: inner, path: inner }, view)
      return own.map((input) => ({
        ...input,
        topLayer: false,
        ...(input.role === 'chart-values' ? { valuesKeys: as.map((key) => [key]) } : {}),
      }))
    }),
  )
  const at = async (file: string, more: Pick<InputFile, 'role' | 'topLayer'>): Promise<InputFile> => ({
    path: (await view.read(file))?.path ?? file,
    at: file,
    ...more,
  })
  const alone = values.length === 0 && source.inline === undefined
  return [
    await at(`${path}/chart.yaml`, { role: 'other', topLayer: false }),
    await at(`${path}/values.yaml`, { role: 'chart-values', topLayer: alone }),
    await at(`${path}/template.yaml`, { role: 'template', topLayer: false }),
    ...below.flat(),
    ...(await Promise.all(
      values.map((file, index) => at(file, { role: 'values', topLayer: index === values.length - 1 })),
    )),
  ]
}

async function renderChart(
  path: string,
  view: RepositoryView,
  above: readonly Json[],
): Promise<readonly JsonObject[]> {
  const values = [await valuesIn(view, `${path}/values.yaml`), ...above].reduce<Json>(
    (below, over) => merged(below, over),
    {},
  )
  const own = objectsOf(path, (await view.read(`${path}/template.yaml`))?.text ?? '', values)
  const below = await Promise.all(
    (await subchartsOf(path, view)).flatMap(({ path: inner, as }) =>
      as.map((key) => renderChart(inner, view, [(values as JsonObject)[key] ?? {}, { alias: key }])),
    ),
  )
  return [...own, ...below.flat()]
}

function objectsOf(path: string, template: string, values: Json): readonly JsonObject[] {
  try {
    const text = template.replaceAll(/<%(.*?)%>/gs, (_, code) => evaluate(code, values))
    return parseAllDocuments(text).flatMap((document) => {
      const object = document.toJS() as JsonObject | null
      return object === null ? [] : [object]
    })
  } catch (cause) {
    throw stop('source.render', String(cause), { place: { file: path }, cause })
  }
}

/** The value of an expression as text. */
const evaluate = (code: string, values: Json): string =>
  String(new Function('values', 'fail', `return (${code})`)(values, fail))

const fail = (why: string): never => {
  throw new Error(why)
}

const valuesIn = async (view: RepositoryView, file: string): Promise<Json> =>
  (parse((await view.read(file))?.text ?? '') as Json) ?? {}
