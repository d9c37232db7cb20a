import type { Field } from '../model/field.ts'
import { isContainerField } from '../model/field.ts'
import type { JsonPath } from '../model/json.ts'
import type { ListOfObject, PatchSite, Pointer } from '../model/site.ts'
import { keyToken } from './layout.ts'

/** What a new patch sets. */
export interface PatchValue {
  readonly field: Field
  readonly container?: string
  /** A scalar as it is written in the file. */
  readonly value: string
  /** The path of the field in the rendered object, with positions in lists. */
  readonly rendered?: JsonPath
}

/** The lines of a new item of a list of patches, without indentation and without the dash. */
export function patchItem(site: PatchSite, wanted: PatchValue): readonly string[] {
  const { target, pointer, inside, ...rest } = site
  if (inside !== undefined)
    return addedItem(inside, patchItem({ ...rest, target, ...(pointer && { pointer }) }, wanted))
  const operation = jsonOperation(site, wanted)
  if (operation === undefined) return ['patch: |-', ...mergePatch(site, wanted).map((line) => `  ${line}`)]
  const lines = operation.map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`)
  return ['target:', `  kind: ${target.kind}`, `  name: ${namePattern(target.name)}`, 'patch: |-', ...lines]
}

/**
 * The lines of an operation of a JSON6902 patch, without the dash; `undefined` where a merge patch sets the field, or where
 * the patch is inside of another.
 */
export function jsonOperation(
  { pointer, inside }: PatchSite,
  { field, rendered, value }: PatchValue,
): readonly string[] | undefined {
  if (inside !== undefined) return undefined
  if (pointer !== undefined) return operationAt(pointer, value)
  if (!field.startsWith('hpa.target.') || rendered === undefined) return undefined
  return operationAt({ path: rendered, present: rendered.length }, value)
}

/** A patch of an object that adds an item to a list in it, and makes the list where there is none. */
function addedItem(
  { object, namespace, path, present }: ListOfObject,
  item: readonly string[],
): readonly string[] {
  const known = path.slice(0, present + 1)
  const missing = path.slice(known.length)
  const asList = item.map((line, at) => `${at === 0 ? '- ' : '  '}${line}`)
  const below = missing.reduceRight<readonly string[]>(
    (inner, step) =>
      typeof step === 'number'
        ? inner.map((line, at) => `${at === 0 ? '- ' : '  '}${line}`)
        : [`${step}:`, ...inner.map((line) => `  ${line}`)],
    present === path.length ? item : asList,
  )
  return [
    'target:',
    `  kind: ${object.kind}`,
    `  name: ${namePattern(object.name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'patch: |-',
    '  - op: add',
    `    path: ${pointerText(present === path.length ? [...path, '-'] : known)}`,
    '    value:',
    ...below.map((line) => `      ${line}`),
  ]
}

/** A name as a target of a patch, which is a regular expression: a name with a variable of Flux has its signs escaped. */
export const namePattern = (name: string): string =>
  name.includes('$') ? name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : name

const pointerText = (path: JsonPath): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** Replaces the value, or adds the first step of the path that does not exist with all below it. */
function operationAt({ path, present }: Pointer, value: string): readonly string[] {
  const known = path.slice(0, Math.min(path.length, present + 1))
  const missing = path.slice(known.length).map(String)
  const last = `${keyToken(missing.at(-1) ?? '')}: ${value}`
  const below =
    missing.length === 0
      ? [`value: ${value}`]
      : ['value:', ...nest(missing.slice(0, -1), [last]).map((line) => `  ${line}`)]
  return [`op: ${present === path.length ? 'replace' : 'add'}`, `path: ${pointerText(known)}`, ...below]
}

function mergePatch(site: PatchSite, wanted: PatchValue): readonly string[] {
  const { target, namespace, merge } = site
  const head = [
    `apiVersion: ${target.apiVersion}`,
    `kind: ${target.kind}`,
    'metadata:',
    `  name: ${target.name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
  ]
  if (merge !== undefined)
    return [...head, ...nest(merge.slice(0, -1), [`${keyToken(merge.at(-1) ?? '')}: ${wanted.value}`])]
  if (!isContainerField(wanted.field)) {
    const name = wanted.field.slice('hpa.'.length)
    const key = target.kind === 'ScaledObject' ? name.replace(/s$/, 'Count') : name
    return [...head, ...nest(['spec'], [`${key}: ${wanted.value}`])]
  }
  return [...head, ...nest(containerListPath(site), containerItems(site, wanted))]
}

/** The path of the list of containers in an object. */
export function containerListPath({ target, containers }: PatchSite): readonly string[] {
  const template = ['spec', 'template', 'spec', containers?.list ?? 'containers']
  return target.kind === 'CronJob' ? ['spec', 'jobTemplate', ...template] : template
}

/** The lines of a list with one container. */
export function containerItems({ containers }: PatchSite, wanted: PatchValue): readonly string[] {
  const { names = [] } = containers ?? {}
  // kustomize puts the containers of a patch first, so those before this one are named to keep the order.
  const before = names
    .slice(0, Math.max(0, names.indexOf(wanted.container ?? '')))
    .map((name) => `- name: ${name}`)
  return [...before, ...containerLines(wanted)]
}

function containerLines({ field, container, value }: PatchValue): readonly string[] {
  const [group = '', key = ''] = field.split('.')
  const setting = group === 'env' ? envLines(key, value) : nest(['resources', group], [`${key}: ${value}`])
  return [`- name: ${container ?? ''}`, ...setting.map((line) => `  ${line}`)]
}

/** A variable as an item of `env`. */
const envLines = (name: string, value: string): readonly string[] => [
  'env:',
  ...envItem(name, value).map((line) => `  ${line}`),
]

/** The lines of one item of `env`, with the dash. */
export const envItem = (name: string, value: string): readonly string[] => [
  `- name: ${name}`,
  `  value: ${value}`,
]

function nest(keys: readonly string[], lines: readonly string[]): readonly string[] {
  return keys.reduceRight<readonly string[]>(
    (inner, key) => [`${keyToken(key)}:`, ...inner.map((line) => `  ${line}`)],
    lines,
  )
}
