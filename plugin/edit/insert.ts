import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml'
import type { YamlPath } from '../model/site.ts'
import { innerText } from '../yaml/block.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { keyText } from '../yaml/scalars.ts'
import { extendFlowMap, fillFlow } from './insert-flow.ts'
import type { Inserted, Insertion } from './insertion.ts'
import { inserted, insertedInBlock, refused } from './insertion.ts'
import { columnOf, endOf, isNull, linesAfter, nestedLines, startOf, stepOf } from './layout.ts'

/** Creates a path in the style of its neighbours. No other character of the file changes. */
export function insertValue(yaml: YamlText, { document, path, value }: Insertion): Inserted {
  const root = yaml.documents[document]
  if (root?.contents == null || isUnwritten(root.contents))
    return yaml.documents.length > 1 ? refused('the document is empty') : fillText(yaml, path, value)
  return descend({ yaml, value, parent: undefined }, root.contents, path)
}

/** Adds lines at the end of a file that is empty or has only comments. */
function fillText({ text }: YamlText, path: YamlPath, value: Insertion['value']): Inserted {
  if (path.includes('|') || path.some((step) => typeof step === 'number'))
    return refused('the document is empty')
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = nestedLines(path, { value, indent: 0, step: 2 })
  const start = text.trimEnd() === '' || text.endsWith('\n') ? '' : eol
  return inserted({ start: text.length, end: text.length, text: `${start}${lines.join(eol)}${eol}` })
}

interface Spot {
  readonly yaml: YamlText
  readonly value: Insertion['value']
  /** The pair whose value is the current node. */
  readonly parent: Pair | undefined
  /** The flow mapping or list around the current node: everything inside is written in flow style. */
  readonly flow?: Node
}

function descend(spot: Spot, node: Node | null, path: YamlPath): Inserted {
  const [step, ...rest] = path
  if (step === undefined) return fillPlaceholder(spot, node)
  if (isAlias(node))
    return refused(`it is an alias (*${node.source}); an edit there would change every user of the anchor`)
  if (node === null || isNull(node)) return fillEmpty(spot, path, node ?? undefined)
  if (step === '|') return descendBlock(spot, node, rest)
  if (isMap(node)) {
    const [pair, ...more] = node.items.filter(({ key }) => keyText(key) === step)
    if (more.length > 0) return refused(`Map keys must be unique: ${step} is written twice`)
    const inside = node.flow === true ? { ...spot, flow: node } : spot
    if (pair !== undefined)
      return descend({ ...inside, parent: pair as Pair }, pair.value as Node | null, rest)
    return extendMap(spot, node, path)
  }
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined
    const inside = node.flow === true ? { ...spot, flow: node } : spot
    if (item !== undefined) return descend({ ...inside, parent: undefined }, item as Node, rest)
    return step === node.items.length
      ? extendSequence(spot, node, rest)
      : refused(`item ${step} does not exist`)
  }
  return refused('it has a plain value where a mapping is needed')
}

/** Whether a document is null because it has no content, not even the word `null`. */
const isUnwritten = (node: Node): boolean => isNull(node) && node.range?.[0] === node.range?.[1]

/** Adds a first item to `patches: []` or an empty `patches:`; any other value is kept. */
function fillPlaceholder(spot: Spot, node: Node | null): Inserted {
  const isEmpty = node === null || isNull(node) || (isCollection(node) && node.items.length === 0)
  if (!isEmpty || typeof spot.value === 'string' || spot.parent === undefined)
    return refused('a value is set there already')
  return fillEmpty(spot, [], node ?? undefined)
}

function descendBlock(spot: Spot, node: Node, path: YamlPath): Inserted {
  const inner = isScalar(node) ? innerText(spot.yaml.text, node) : undefined
  const opened = inner && openYaml('', inner.text)
  if (inner === undefined || !opened?.ok) return refused('the block of text is not YAML')
  const [first, ...rest] = path
  const document = typeof first === 'number' ? first : 0
  const innerPath = typeof first === 'number' ? rest : path
  const result = insertValue(opened.yaml, { document, path: innerPath, value: spot.value })
  if (!result.ok) return result
  return insertedInBlock(inner, result.splices)
}

function extendMap(spot: Spot, map: YAMLMap, path: YamlPath): Inserted {
  const { yaml } = spot
  if (map.flow)
    return map.items.length === 0 ? fillEmpty(spot, path, map) : extendFlowMap(spot.value, map, path)
  if (map.items.some(isExplicit)) return refused('its keys are written with `?`')
  const first = map.items[0]
  const indent = first === undefined ? 0 : columnOf(yaml.text, startOf(first.key as Node))
  const lines = nestedLines(path, { value: spot.value, indent, step: stepOf(yaml) })
  return inserted(linesAfter(yaml, endOf(map), lines))
}

const isExplicit = ({ srcToken }: Pair): boolean =>
  srcToken?.start.some(({ type }) => type === 'explicit-key-ind') === true

/** Replaces the value of `key:`, `key: {}`, `key: []` or `key: null` by a block below it; a comment on the line is kept. */
function fillEmpty(spot: Spot, path: YamlPath, placeholder?: Node): Inserted {
  const { yaml, value, parent } = spot
  const key = parent?.key as Node | undefined
  if (spot.flow !== undefined) return fillFlow(value, path, { flow: spot.flow, placeholder })
  if (key === undefined) return refused('an empty item of a list cannot be filled')
  const step = stepOf(yaml)
  const indent = columnOf(yaml.text, startOf(key)) + step
  const lines = path.length === 0 ? blockLines(value, indent) : nestedLines(path, { value, indent, step })
  const keyEnd = endOf(key)
  const [from, to] = placeholder?.range ?? [keyEnd, keyEnd]
  const added = linesAfter(yaml, Math.max(to, keyEnd), lines)
  if (to <= from) return inserted(added)
  const start = yaml.text.slice(0, from).trimEnd().length
  return inserted({ start, end: to, text: '' }, added)
}

const blockLines = (value: Insertion['value'], indent: number): readonly string[] =>
  (typeof value === 'string' ? [value] : value).map((line) => `${' '.repeat(indent)}${line}`)

/** Adds an item to the end of a list: the value, or a mapping that has it at a path. */
function extendSequence({ yaml, value }: Spot, sequence: YAMLSeq, path: YamlPath): Inserted {
  if (sequence.flow || sequence.items.length === 0)
    return refused('only block lists with items can be extended')
  if (typeof path[0] === 'number') return refused('a list in a new item is not written')
  // The range of a block list begins at its first dash.
  const indent = ' '.repeat(columnOf(yaml.text, startOf(sequence)))
  const own = typeof value === 'string' ? [value] : value
  const lines = path.length === 0 ? own : nestedLines(path, { value, indent: 0, step: stepOf(yaml) })
  const items = lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`)
  return inserted(linesAfter(yaml, endOf(sequence), items))
}
