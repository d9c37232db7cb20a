import { type Json, valueAt } from '../../model/json.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { InputFile, ReleaseSource, RepositoryView } from '../../model/source.ts'
import type { TracePorts } from '../dye/render-marked.ts'
import { type WrittenDeclaration, writtenDeclarations } from './declaration.ts'
import { plant, type Tree, type Trial, trialKey, trialsIn, valuesOf } from './handed-on.ts'
import { insertSite } from './insert-site.ts'
import { mappingsIn } from './mappings.ts'

interface GeneratedRelease {
  readonly source: ReleaseSource
  readonly inputs: readonly InputFile[]
}

/**
 * Where a values key of a release goes in the element of a generator that the release is made from: a key that is planted in
 * every mapping of the generators arrives in the values of the release. `null` for a release that no generator makes.
 */
export async function elementValuesSite(
  keys: YamlPath,
  { source, inputs }: GeneratedRelease,
  ports: TracePorts,
): Promise<InsertSite | null> {
  if (source.declaredBy.generated === undefined) return null
  for (const written of await writtenDeclarations({ source, inputs }, ports)) {
    const { file, yaml, manifest } = written
    const root = [...manifest.path, 'spec', 'generators']
    const document = yaml.documents[manifest.document]
    const generators = valueAt((document?.toJS() ?? null) as Json, root)
    const mappings = mappingsIn(generators ?? null, root).slice(0, mostElements)
    const [best] = (await trialsOf(source, { written, mappings }, ports))
      .filter(({ to }) => to.every((step, index) => step === keys[index]))
      .sort((one, other) => other.to.length - one.to.length)
    const from = best === undefined ? undefined : mappings[best.index]
    if (best === undefined || from === undefined) continue
    const path = [...from, ...keys.slice(best.to.length)]
    const site = insertSite(yaml, { file, document: manifest.document, path })
    if (site !== undefined) return site
  }
  return null
}

const mostElements = 2_000

interface Planted {
  readonly written: WrittenDeclaration
  readonly mappings: readonly YamlPath[]
}

/** The planted keys that arrive in the values of a release. */
async function trialsOf(
  source: ReleaseSource,
  { written: { file, yaml, manifest }, mappings }: Planted,
  { renderer, view }: TracePorts,
): Promise<readonly Trial[]> {
  const documents = yaml.documents.map((one) => one.toJS() as Tree | null)
  const root = documents[manifest.document]
  if (root === null || root === undefined || mappings.length === 0) return []
  mappings.forEach((path, index) => {
    plant(root, path, `${trialKey}${index}`)
  })
  const text = documents.map((one) => JSON.stringify(one)).join('\n---\n')
  const parts = await partsOrNone(source, view.with(new Map([[file, text]])), renderer)
  return parts.flatMap(({ inlineValues = [] }) =>
    inlineValues.flatMap((values) => trialsIn(valuesOf(values) ?? null, [])),
  )
}

async function partsOrNone(source: ReleaseSource, view: RepositoryView, renderer: TracePorts['renderer']) {
  try {
    return await renderer.parts(source, view)
  } catch (error) {
    if (error instanceof ExpectedStop) return []
    throw error
  }
}
