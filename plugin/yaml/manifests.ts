import type { Node } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { JsonObject } from '../model/json.ts'
import type { YamlPath } from '../model/site.ts'
import { innerText } from './block.ts'
import type { YamlText } from './open.ts'
import { openYaml } from './open.ts'
import { keyText } from './scalars.ts'

/** A Kubernetes object, or a patch of one, as it is written in a file or in a block of text in it. */
export interface WrittenManifest {
  readonly document: number
  /** Path from the root of the document to the object; it ends with `|` for a patch in a block of text. */
  readonly path: YamlPath
  readonly object: JsonObject
}

/** Every object in a file: documents, items of lists, and inline patches. */
export function manifestsIn(yaml: YamlText): readonly WrittenManifest[] {
  return yaml.documents.flatMap((document, index) => search(yaml, document.contents, []).map(at(index)))
}

/** The same for what is below a path of a document, also inside an object. */
export function manifestsBelow(yaml: YamlText, document: number, path: YamlPath): readonly WrittenManifest[] {
  const node = yaml.documents[document]?.getIn(path, true) as Node | undefined
  return node === undefined ? [] : search(yaml, node, path).map(at(document))
}

interface Located {
  readonly path: YamlPath
  readonly object: JsonObject
}

const at = (document: number) => (located: Located) => ({ document, ...located })

function search(yaml: YamlText, node: Node | null, path: YamlPath): readonly Located[] {
  if (isSeq(node)) {
    return node.items.flatMap((item, index) => search(yaml, item as Node, [...path, index]))
  }
  if (isScalar(node)) return searchBlock(yaml, node, path)
  if (!isMap(node)) return []
  const own = isManifest(node) ? [{ path, object: node.toJSON() as JsonObject }] : []
  const inside = own.length > 0 && !String(node.get('kind')).match(/List$|^(Kustomization|Component)$/)
  if (inside) return own
  return [
    ...own,
    ...node.items.flatMap(({ key, value }) => search(yaml, value as Node | null, [...path, keyText(key)])),
  ]
}

function searchBlock(yaml: YamlText, node: Node, path: YamlPath): readonly Located[] {
  if (!isScalar(node)) return []
  const inner = innerText(yaml.text, node)
  const opened = inner && openYaml('', inner.text)
  if (!opened?.ok) return []
  return opened.yaml.documents.flatMap((document, index) => {
    // The first document needs no position, unless it is a list: a number behind `|` is that of the document.
    const position = index === 0 && !isSeq(document.contents) ? [] : [index]
    return search(opened.yaml, document.contents, [...path, '|', ...position])
  })
}

const isManifest = (node: Node): boolean => isMap(node) && node.has('kind') && node.has('metadata')
