import type { Field } from '../../../plugin/model/field.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { stop } from '../../../plugin/model/problem.ts'
import type { Trace } from '../../../plugin/model/site.ts'
import type { Rendering, RepositoryView, Source } from '../../../plugin/model/source.ts'
import type { ProposePorts } from '../../../plugin/plan/propose.ts'
import type { TracedChange } from '../../../plugin/plan/traced-change.ts'
import { readObjects } from '../../../plugin/yaml/objects.ts'

export const workloadOf = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'default',
  name,
})

/** A Deployment with one container `app`: CPU in line 9, memory in line 10. */
export const deployment = (name: string, cpu = '500m', memory = '512Mi'): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    spec:
      containers:
        - name: app
          resources: { requests: {
            cpu: ${cpu},
            memory: ${memory} } }
`

const fileOf = (name: string): string => `apps/${name}.yaml`

function viewOf(files: ReadonlyMap<string, string>, origin?: RepositoryView): RepositoryView {
  const view: RepositoryView = {
    kind: async (path) => (files.has(path) ? 'file' : undefined),
    read: async (path) => {
      const text = files.get(path)
      return text === undefined ? undefined : { path, text }
    },
    bytes: async (path) => new TextEncoder().encode(files.get(path)),
    list: async () => [],
    get origin() {
      return origin ?? view
    },
    with: (texts) => viewOf(new Map([...files, ...texts]), origin ?? view),
  }
  return view
}

/** A source in memory: the workloads whose files it reads, and what it makes of them. */
export interface SourceInMemory {
  readonly id: string
  readonly workloads: readonly string[]
  /** Changes the rendered objects; a text is the message of a failed rendering. */
  readonly render?: (objects: readonly JsonObject[]) => readonly JsonObject[] | string
}

const unchanged = (objects: readonly JsonObject[]): readonly JsonObject[] => objects

/** Ports over files and sources in memory, and the ids of the sources in the order in which they were rendered. */
export function repositoryOf(
  workloads: readonly string[],
  sources: readonly SourceInMemory[],
): ProposePorts & { readonly rendered: readonly string[] } {
  const rendered: string[] = []
  const render = async (source: Source, view: RepositoryView): Promise<Rendering> => {
    rendered.push(source.id)
    const { workloads: own = [], render: transform = unchanged } =
      sources.find(({ id }) => id === source.id) ?? {}
    const texts = await Promise.all(own.map(async (name) => (await view.read(fileOf(name)))?.text ?? ''))
    const objects = transform(texts.flatMap((text) => readObjects('f.yaml', text)))
    if (typeof objects === 'string') throw stop('source.render', objects)
    return { source, objects }
  }
  return {
    view: viewOf(new Map(workloads.map((name) => [fileOf(name), deployment(name)]))),
    renderer: {
      render,
      inputs: async () => [],
      declared: async () => [],
      parts: async () => [],
      mayDeclare: () => false,
      computesPaths: () => false,
      kinds: [],
      kindOf: ({ kind }) => ({
        name: kind,
        overrides: [],
        rollOutKey: ({ id }) => id,
        render,
        inputs: async () => [],
      }),
      format: () => undefined,
    },
    progress: () => undefined,
    sharers: sources.map(({ id, workloads: own }) => ({
      source: { kind: 'plain', id, path: id },
      files: new Set(own.map(fileOf)),
      inner: new Set(),
      layer: false,
    })),
    rendered,
  }
}

/** What a test sets of a traced change. */
export interface ChangeInput {
  readonly workload?: string
  readonly field?: Field
  readonly to?: number | string
  readonly source?: string
  /** The change group. */
  readonly together?: string
  /** The rendered value; that of the request by default. */
  readonly current?: string
  /** Why the field has no source line. */
  readonly refusal?: string
}

/** A change of a CPU or memory request of a workload, traced to its own line. */
export function changeOf({
  workload = 'api',
  field = 'requests.cpu',
  to = field === 'requests.cpu' ? 300 : 256 * 1024 ** 2,
  source = 'prod',
  together = `${workload} ${field}`,
  refusal,
  current,
}: ChangeInput = {}): TracedChange {
  const key = field === 'requests.cpu' ? 'cpu' : 'memory'
  const text = field === 'requests.cpu' ? '500m' : '512Mi'
  const start = deployment(workload).indexOf(text)
  const address = { workload: workloadOf(workload), container: 'app', field }
  const path = ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', key]
  const place = { file: fileOf(workload), line: key === 'cpu' ? 9 : 10, column: 1, document: 0, path }
  const site = { ...place, kind: 'scalar', range: [start, start + text.length], text } as const
  const trace: Trace = {
    ...address,
    source,
    value: current ?? text,
    site: refusal === undefined ? site : null,
    override: null,
    chosen: refusal === undefined ? 'site' : null,
    reach: { sources: [source], containers: 1 },
    sharedWith: [],
    ...(refusal === undefined ? {} : { reason: refusal }),
  }
  return { ...address, to, trace, rendered: path, change: { because: [], together } }
}
