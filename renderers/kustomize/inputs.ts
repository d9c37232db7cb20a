import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import type { ElsewherePorts } from '../elsewhere/chart-finder.ts'
import { entryLimit } from '../source-limits.ts'
import { findKustomization } from './file.ts'
import { references } from './references.ts'
import { enter, enterGenerated, escapeCheck, follow, type Scan } from './scan.ts'
import type { KustomizeSource } from './source.ts'

/**
 * Every file that a kustomization reads. Any text in a kustomization that is a path in the repository counts as a
 * reference, so that no list of kustomize's fields is needed: a file is read, a directory with a kustomization is entered,
 * and of any other directory (a chart home) every file is read.
 */
export async function kustomizeInputs(
  source: KustomizeSource,
  view: RepositoryView,
  ports: ElsewherePorts = {},
): Promise<readonly InputFile[]> {
  const { files } = await scan(source, view, ports)
  return [...files.values()]
}

/** What a kustomization is rendered from. */
export interface KustomizeTree {
  readonly inputs: readonly InputFile[]
  /** Texts of kustomizations that take the place of those in the repository: with paths where those have URLs. */
  readonly local: ReadonlyMap<string, string>
}

/**
 * The inputs of a kustomization that is going to be rendered. Rejects with `source.render` where it takes something from
 * outside the repository: kustomize would resolve that path from the private copy. `kustomizeInputs` lists such a
 * kustomization too, because it shares the files that it does read.
 */
export async function inputsToRender(
  source: KustomizeSource,
  view: RepositoryView,
  ports: ElsewherePorts = {},
): Promise<KustomizeTree> {
  const { files, checks, local } = await scan(source, view, ports)
  for (const check of checks) {
    const refusal = check()
    if (refusal !== undefined) throw refusal
  }
  return { inputs: [...files.values()], local }
}

async function scan(source: KustomizeSource, view: RepositoryView, ports: ElsewherePorts): Promise<Scan> {
  const scanned: Scan = {
    view,
    ports,
    root: source.path,
    files: new Map(),
    entered: new Set(),
    checks: [],
    local: new Map(),
    countEntry: entryLimit(source.path),
  }
  if (source.additions === undefined && (await findKustomization(view, source.path)) === undefined) {
    throw stop('source.unknown', 'this directory has no kustomization', {
      place: { file: source.path },
    })
  }
  if ((await findKustomization(view, source.path)) === undefined) await enterGenerated(scanned)
  else await enter(scanned, source.path)
  if (source.additions !== undefined) {
    const text = JSON.stringify(source.additions)
    scanned.checks.push(escapeCheck(source.path, text, source.path))
    for (const reference of references(source.additions)) await follow(scanned, source.path, reference)
  }
  return scanned
}
