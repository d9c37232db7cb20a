import { isScalar } from 'yaml'
import type { FieldAddress } from '../model/field.ts'
import { workloadsOf } from '../model/manifest.ts'
import type { InputFile, RepositoryView } from '../model/source.ts'
import { manifestsIn } from '../yaml/manifests.ts'
import type { YamlText } from '../yaml/open.ts'
import { yamlInView } from './yaml-in-view.ts'

/**
 * Where a manifest writes a size in a notation that is not edited, as `FILE:LINE:COLUMN`: a block of text, or a number with a
 * base or an underscore. `undefined` where none does.
 */
export async function writtenPlace(
  field: FieldAddress,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<string | undefined> {
  const files = inputs.filter(({ role, levelsUp }) => role === 'manifest' && levelsUp === undefined)
  for (const { path: file } of files) {
    const yaml = await yamlInView(file, view)
    const at = yaml && placeIn(yaml, field)
    if (at !== undefined) return `${file}:${at.line}:${at.column}`
  }
  return undefined
}

function placeIn(yaml: YamlText, { workload, container, field }: FieldAddress) {
  for (const { object, document, path } of manifestsIn(yaml)) {
    const [found] = workloadsOf([object], workload.namespace)
    const isOf = found?.workload.kind === workload.kind && found.workload.name === workload.name
    const place = isOf ? found.containers.find(({ name }) => name === container)?.path : undefined
    if (place === undefined) continue
    const node = yaml.documents[document]?.getIn([...path, ...place, 'resources', ...field.split('.')], true)
    if (isScalar(node) && node.range && node.value !== null) return yaml.at(node.range[0])
  }
  return undefined
}
