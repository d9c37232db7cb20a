import type { SourceSettings } from '../../../config/schema.ts'
import type { Renderer, Rendering, RepositoryView, Source } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import { discoverSources } from '../../trace/sources/discover.ts'
import { identifySources } from '../../trace/sources/identify.ts'
import { renderEach, renderReleases } from '../../trace/sources/releases.ts'
import { declaredIn, withoutNamespace } from './declared.ts'
import { stageOf, withoutStage } from './environments.ts'
import { findUnmanagedManifests } from './unmanaged-manifests.ts'
import { findValuesFiles } from './values-files.ts'

/** A source that settings should name. */
export interface Found {
  readonly settings: Pick<SourceSettings, 'path' | 'release' | 'values' | 'namespace'>
  /** The stage that its paths speak of. */
  readonly stage?: string
  /** What it rolls out; objects that name no namespace have `''`. */
  readonly workloads: readonly Workload[]
}

/** What a repository holds to be right-sized, and what was looked at and left out. */
export interface Survey {
  readonly found: readonly Found[]
  readonly left: readonly { readonly path: string; readonly reason: string }[]
}

interface SurveyPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** Looks through a repository for what is rolled out from it: renders everything that can be, and keeps what has workloads. */
export async function surveyRepository(ports: SurveyPorts): Promise<Survey> {
  const candidates = await candidatesIn(ports)
  const { rendered, failed } = await renderEach(candidates.map(withoutNamespace), ports)
  const looked = await Promise.all(rendered.map((rendering) => look(rendering, ports)))
  const found = looked.filter(({ workloads }) => workloads.length > 0)
  const empty = looked.filter(({ workloads }) => workloads.length === 0)
  return {
    found: found.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en')),
    left: [
      ...failed.map(({ source, reason }) => ({ path: source.id, reason })),
      ...empty.map(({ settings, unrendered }) => ({
        path: settings.path,
        reason: unrendered ?? 'it rolls out no workload',
      })),
    ],
  }
}

const nameOf = ({ stage = '', settings: { path, values } }: Found): string =>
  [stage, path, ...values].join(' ')

/** Discovered sources, with charts under the values files that are kept elsewhere for them. */
async function candidatesIn(ports: SurveyPorts): Promise<readonly Source[]> {
  const discovered = (await discoverSources(ports)).map(outermost)
  const distinct = [...new Map(discovered.map((source) => [source.id, source])).values()]
  const apart = await findValuesFiles(ports.view)
  const hints = apart.map(({ chart, file }) => {
    const release = withoutStage(file.split('/').at(-1) ?? '')
    return { path: chart, values: [file], ...(release === '' ? {} : { release }) }
  })
  const read = await Promise.all(
    distinct.map((source) => ports.renderer.inputs(source, ports.view).catch(() => [])),
  )
  const files = new Set(read.flatMap((inputs) => inputs.map(({ path }) => path)))
  const loose = (await findUnmanagedManifests(ports.view, files)).map(
    (path): Source => ({ kind: 'plain', id: path, path }),
  )
  const all = [...distinct, ...(await identifySources(hints, ports)), ...loose]
  return all.filter((source) => !isBareOf(source, all))
}

/** A release is found again by naming what holds it. */
const outermost = (source: Source): Source => (source.kind === 'release' ? outermost(source.holder) : source)

/** A chart alone is its author's default where it is also rolled out with values. */
const isBareOf = (source: Source, all: readonly Source[]): boolean =>
  source.kind === 'helm' &&
  source.values.length === 0 &&
  all.some((other) => other.kind === 'helm' && other.path === source.path && other.values.length > 0)

interface Looked extends Found {
  /** Why a release that it holds could not be looked into. */
  readonly unrendered?: string
}

async function look(rendering: Rendering, ports: SurveyPorts): Promise<Looked> {
  const { source } = rendering
  const { rendered, failed } = await renderReleases([rendering], ports)
  const workloads = [rendering, ...rendered].flatMap(declaredIn)
  const values = source.kind === 'helm' ? source.values : []
  const stage = stageOf([source.path, ...values])
  return {
    settings: {
      path: source.path,
      values: [...values],
      ...(source.kind === 'helm' ? { release: source.release } : {}),
    },
    ...(stage === undefined ? {} : { stage }),
    workloads,
    ...(failed[0] === undefined ? {} : { unrendered: `${failed[0].source.id}: ${failed[0].reason}` }),
  }
}
