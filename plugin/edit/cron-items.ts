import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { CronTrigger } from '../model/cron-schedule.ts'
import { isOwnTrigger } from '../model/cron-triggers.ts'
import type { Splice } from '../model/edit.ts'
import type { Json } from '../model/json.ts'
import type { ListSite, PatchSite } from '../model/site.ts'
import { innerText } from '../yaml/block.ts'
import { openYaml, type YamlText } from '../yaml/open.ts'
import { type Inserted, type Insertion, inserted, insertedInBlock, refused } from './insertion.ts'
import { columnOf, endOf, linesAfter, startOf } from './layout.ts'
import { namePattern } from './patch.ts'
import { bareText } from './replace.ts'

type ListPlace = Pick<ListSite, 'document' | 'path' | 'operations'>

/**
 * Sets the cron triggers that Tortoise writes in a list: a changed window changes its own scalars, other triggers keep every
 * character.
 */
export function setTriggers(yaml: YamlText, place: ListPlace, triggers: readonly CronTrigger[]): Inserted {
  const { document, path, operations } = place
  const [root, block] = [yaml.documents[document], path.indexOf('|')]
  if (block >= 0) return inBlock(yaml, place, { block, triggers })
  const list = root?.getIn(path, true)
  if (root === undefined || !isSeq(list)) return refused('it is no list')
  if (list.flow === true) return refused('the list is written in flow style, as [ … ]; write an item a line')
  return inList(yaml, list as YAMLSeq<Node>, { root, operations, triggers })
}

interface BlockPlace {
  /** The step of the path that goes into the block of text. */
  readonly block: number
  readonly triggers: readonly CronTrigger[]
}

function inBlock(
  yaml: YamlText,
  { document, path, operations }: ListPlace,
  { block, triggers }: BlockPlace,
): Inserted {
  const node = yaml.documents[document]?.getIn(path.slice(0, block), true)
  const inner = isScalar(node) ? innerText(yaml.text, node) : undefined
  const opened = inner && openYaml('', inner.text)
  if (inner === undefined || !opened?.ok) return refused('the block of text is not YAML')
  const [first, ...rest] = path.slice(block + 1)
  const [at, below] = typeof first === 'number' ? [first, rest] : [0, path.slice(block + 1)]
  const place = { document: at, path: below, ...(operations && { operations }) }
  const result = setTriggers(opened.yaml, place, triggers)
  if (!result.ok && result.reason === nothingLeft && path[block - 1] === 'patch')
    return withoutItem(yaml, document, path.slice(0, block - 1))
  if (!result.ok) return result
  return insertedInBlock(inner, result.splices)
}

const nothingLeft = 'no trigger would be left in the list; remove the list by hand'

/** Takes a whole patch out, and the list of patches with it where it is the only one. */
function withoutItem({ documents, text }: YamlText, document: number, path: ListSite['path']): Inserted {
  const root = documents[document]
  const [list, item] = [root?.getIn(path.slice(0, -1), true), root?.getIn(path, true)]
  if (!isSeq(list) || !isMap(item)) return refused(nothingLeft)
  if (list.items.length > 1) return inserted(removal(text, item))
  const owner = root?.getIn(path.slice(0, -2), true)
  const pair = isMap(owner) ? owner.items.find(({ value }) => value === list) : undefined
  if (!isMap(owner) || owner.items.length < 2 || !isScalar(pair?.key)) return refused(nothingLeft)
  return inserted(removal(text, pair.key, item))
}

interface Wanted {
  readonly root: Document.Parsed
  readonly operations: true | undefined
  readonly triggers: readonly CronTrigger[]
}

/** An item of a list with a trigger of ours. */
interface OwnItem {
  readonly item: Node
  readonly trigger: YAMLMap
  readonly name: string
}

function inList(yaml: YamlText, list: YAMLSeq<Node>, { root, operations, triggers }: Wanted): Inserted {
  const own = list.items.flatMap((item): readonly OwnItem[] => {
    const trigger = operations && isMap(item) ? item.get('value', true) : item
    if (!isMap(trigger)) return []
    const value = trigger.toJS(root) as Json
    return isOwnTrigger(value) ? [{ item, trigger, name: String(value['name']) }] : []
  })
  const pairs = paired(own, triggers)
  const changed = pairs.map(({ before, after }) => changedScalars(yaml, before.trigger, after))
  const problem = changed.find((one) => !one.ok)
  if (problem !== undefined) return problem
  const gone = own.filter((one) => !pairs.some(({ before }) => before === one))
  if (gone.length === list.items.length && gone.length > 0) return refused(nothingLeft)
  const added = triggers.filter((one) => !pairs.some(({ after }) => after === one))
  const last = pairs.map(({ before }) => before.item).sort((one, other) => startOf(other) - startOf(one))[0]
  const indent = ' '.repeat(columnOf(yaml.text, startOf(list)))
  const lines = added.flatMap((one) => itemLines(one, operations)).map((line) => `${indent}${line}`)
  return inserted(
    ...changed.flatMap((one) => (one.ok ? one.splices : [])),
    ...gone.map(({ item }) => removal(yaml.text, item)),
    ...(lines.length > 0 ? [linesAfter(yaml, endOf(last ?? list), lines)] : []),
  )
}

interface Pair {
  readonly before: OwnItem
  readonly after: CronTrigger
}

/** The written triggers with the ones that they become: those of the same name first, then the others in order. */
function paired(own: readonly OwnItem[], triggers: readonly CronTrigger[]): readonly Pair[] {
  const named = triggers.flatMap((after): readonly Pair[] => {
    const before = own.find(({ name }) => name === after.name)
    return before === undefined ? [] : [{ before, after }]
  })
  const rest = own.filter((one) => !named.some(({ before }) => before === one))
  const open = triggers.filter((one) => !named.some(({ after }) => after === one))
  return [
    ...named,
    ...open.flatMap((after, index) => {
      const before = rest[index]
      return before === undefined ? [] : [{ before, after }]
    }),
  ]
}

/** The splices that give a written trigger other values; refused where one of them is no scalar on a line. */
function changedScalars(yaml: YamlText, trigger: YAMLMap, { name, metadata }: CronTrigger): Inserted {
  const wanted = [
    [['name'], name] as const,
    ...Object.entries(metadata).map(([key, value]) => [['metadata', key], value] as const),
  ]
  const splices: Splice[] = []
  for (const [path, value] of wanted) {
    const node = trigger.getIn(path, true)
    if (!isScalar(node) || !node.range) return refused(`its trigger ${name} has no ${path.join('.')}`)
    if (String(node.value) === value) continue
    const [start, end] = node.range
    const text = yaml.text.slice(start, end)
    const quote = bareText(text) === text ? '' : (text[0] ?? '')
    if (text.includes('\n')) return refused(`${path.join('.')} of a trigger is written over several lines`)
    splices.push({ start, end, text: `${quote}${value}${quote}` })
  }
  return inserted(...splices)
}

/** Takes nodes out with their lines: from the end of the line before the first one to the end of the last line. */
function removal(text: string, item: Node, last: Node = item): Splice {
  const lineEnd = (offset: number): number => {
    const newline = text.indexOf('\n', offset)
    const end = newline === -1 ? text.length : newline
    return text[end - 1] === '\r' ? end - 1 : end
  }
  const lineStart = text.lastIndexOf('\n', startOf(item) - 1) + 1
  const end = lineEnd(endOf(last))
  if (lineStart === 0) return { start: 0, end: text.indexOf('\n', end) + 1, text: '' }
  return { start: lineStart - (text[lineStart - 2] === '\r' ? 2 : 1), end, text: '' }
}

/** The lines of an item with a trigger, with the dash. */
function itemLines({ name, metadata }: CronTrigger, operations: true | undefined): readonly string[] {
  const { timezone, start, end, desiredReplicas } = metadata
  const trigger = [
    'type: cron',
    `name: ${name}`,
    'metadata:',
    ...[`timezone: ${timezone}`, `start: ${start}`, `end: ${end}`].map((line) => `  ${line}`),
    `  desiredReplicas: "${desiredReplicas}"`,
  ]
  const lines =
    operations === true
      ? ['op: add', 'path: /spec/triggers/-', 'value:', ...trigger.map((line) => `  ${line}`)]
      : trigger
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
}

/** A new patch of a ScaledObject that adds cron triggers to its list, which keeps every trigger in it. */
export function triggersPatch(
  yaml: YamlText,
  { document, path, target }: PatchSite,
  triggers: readonly CronTrigger[],
): Insertion {
  const list = path.slice(0, -1)
  const patches = yaml.documents[document]?.getIn(list)
  const count = isSeq(patches) ? patches.items.length : 0
  const item = [
    ...['target:', `  kind: ${target.kind}`, `  name: ${namePattern(target.name)}`, 'patch: |-'],
    ...triggers.flatMap((one) => itemLines(one, true)).map((line) => `  ${line}`),
  ]
  return count === 0
    ? { document, path: list, value: item.map((line, at) => `${at === 0 ? '- ' : '  '}${line}`) }
    : { document, path: [...list, count], value: item }
}
