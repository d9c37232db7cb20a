import type { Node } from 'yaml'
import { isAlias, isMap, isScalar } from 'yaml'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import type { YamlText } from '../../yaml/open.ts'
import { keyText } from '../../yaml/scalars.ts'
import type { Candidate } from '../dye/candidate.ts'
import { yamlInView } from '../yaml-in-view.ts'

/** Whether a file has the values that a chart comes with. */
export const isDefaultValues = (role: InputFile['role']): boolean =>
  role === 'chart-values' || role === 'external'

/** The keys under which the values of a source hold those of a file. */
export const keysInSource = (file: string, inputs: readonly InputFile[]): readonly (readonly string[])[] =>
  inputs.find(({ path }) => path === file)?.valuesKeys ?? [[]]

/** Paths of every mapping whose key ends in `resources`, in the values of the source. */
export const resourceKeys = (inputs: readonly InputFile[], view: RepositoryView) =>
  keysOf(
    inputs,
    view,
    (key, value) => /resources$/i.test(key) && (isMap(value) || isAlias(value) || isEmpty(value)),
  )

/** Paths of every mapping in the values of the source, that of the values themselves too. */
export const mappingKeys = async (inputs: readonly InputFile[], view: RepositoryView) => [
  ...valuesFiles(inputs).flatMap(({ path }) => keysInSource(path, inputs)),
  ...(await keysOf(inputs, view, (_, value) => isMap(value))),
]

const valuesFiles = (inputs: readonly InputFile[]): readonly InputFile[] =>
  inputs.filter(
    ({ role, levelsUp }) => levelsUp === undefined && (role === 'values' || isDefaultValues(role)),
  )

type IsMeant = (key: string, value: Node | null) => boolean

/** Paths of keys in the values of the source, as the source itself would hold them. */
async function keysOf(
  inputs: readonly InputFile[],
  view: RepositoryView,
  isMeant: IsMeant,
): Promise<readonly (readonly string[])[]> {
  const found = await Promise.all(
    valuesFiles(inputs).map(async ({ path }) => {
      const yaml = await yamlInView(path, view)
      if (yaml === undefined) return []
      return keysInSource(path, inputs).flatMap((outer) =>
        pathsIn(yaml, isMeant).map((keys) => [...outer, ...keys]),
      )
    }),
  )
  return [...new Map(found.flat().map((keys) => [keys.join('\0'), keys])).values()]
}

function pathsIn({ documents }: YamlText, isMeant: IsMeant): readonly (readonly string[])[] {
  const search = (node: Node | null, path: readonly string[]): readonly (readonly string[])[] => {
    if (!isMap(node)) return []
    return node.items.flatMap(({ key, value }) => {
      const keys = [...path, keyText(key)]
      const own = isMeant(keyText(key), value as Node | null) ? [keys] : []
      return [...own, ...search(value as Node | null, keys)]
    })
  }
  return documents.flatMap(({ contents }) => search(contents, []))
}

const isEmpty = (node: unknown): boolean => node === null || (isScalar(node) && node.value === null)

/** Whether an alias may take the value of a scalar: an anchor is at or above it. */
export async function isAnchored(
  { file, document, path }: Candidate,
  view: RepositoryView,
): Promise<boolean> {
  const root = (await yamlInView(file, view))?.documents[document]
  return path.some((_, index) => {
    const node = root?.getIn(path.slice(0, index + 1), true)
    return (isMap(node) || isScalar(node)) && node.anchor !== undefined
  })
}
