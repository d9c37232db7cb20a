import type { Json, JsonObject } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import { toBytes } from './quantity.ts'

/** Memory that a container's own settings say it may fill. */
export interface AnnouncedMemory {
  /** Bytes that it may fill, and what it needs beside them. Absent where the bound is a share of the limit. */
  readonly bytes?: number
  /** Share of the limit, in percent. */
  readonly percent?: number
  /** The setting as it is written: `-Xmx1536m`. */
  readonly said: string
}

/** A setting that says how much memory a runtime may fill. */
interface Bound {
  readonly pattern: RegExp
  /** Bytes of what the pattern captures; `undefined` when it is no amount. */
  readonly read: (captured: string) => number | undefined
  /** What the program needs beside it, as a multiple: stacks, code, buffers. */
  readonly overhead: number
}

const mebibyte = 1024 ** 2
const javaUnits: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: mebibyte,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

/** An amount of a JVM or of Redis: digits and one letter. */
function letterBytes(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+)([kmgt]?)b?$/i.exec(text) ?? []
  return digits === '' ? undefined : Number(digits) * (javaUnits[unit.toLowerCase()] ?? 1)
}

const mebibytes = (text: string): number => Number(text) * mebibyte

/**
 * Bounds in arguments and in variables that hold arguments. The JVM: https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html;
 * Node.js: https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib; Redis: https://redis.io/docs/latest/operate/oss_and_stack/management/config/
 */
const argumentBounds: readonly Bound[] = [
  { pattern: /(?:^|[\s"'=])(-Xmx\s?(\d+[kmgt]?))(?=$|[\s"'])/i, read: letterBytes, overhead: 1.25 },
  { pattern: /(-XX:MaxHeapSize=(\d+[kmgt]?))(?=$|[\s"'])/i, read: letterBytes, overhead: 1.25 },
  { pattern: /(--max[-_]old[-_]space[-_]size[= ](\d+))/, read: mebibytes, overhead: 1.2 },
  { pattern: /(--?maxmemory[= ](\d+[kmg]?b?))(?=$|[\s"'])/i, read: letterBytes, overhead: 1.2 },
]
const percentBounds: readonly RegExp[] = [
  /(-XX:MaxRAMPercentage=(\d+(?:\.\d+)?))/,
  /(--max-old-space-size-percentage[= ](\d+(?:\.\d+)?))/,
]

/** Variables whose whole value is a bound. .NET's are hexadecimal: https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector */
const variableBounds: Readonly<Record<string, Omit<Bound, 'pattern'>>> = {
  GOMEMLIMIT: { read: (text) => toBytes(text.replace(/B$/, '')), overhead: 1.1 },
  DOTNET_GCHeapHardLimit: { read: hexadecimal, overhead: 1.2 },
  COMPlus_GCHeapHardLimit: { read: hexadecimal, overhead: 1.2 },
}
const variablePercents: readonly string[] = [
  'DOTNET_GCHeapHardLimitPercent',
  'COMPlus_GCHeapHardLimitPercent',
]

function hexadecimal(text: string): number | undefined {
  return /^(0x)?[0-9a-f]+$/i.test(text) ? Number.parseInt(text.replace(/^0x/i, ''), 16) : undefined
}

/** What a container's command, arguments and environment say about its memory; the largest bound first. */
export function announcedMemory(
  container: JsonObject,
  configMaps: ReadonlyMap<string, JsonObject>,
): readonly AnnouncedMemory[] {
  const words = [...listOf(container['command']), ...listOf(container['args'])].flatMap(
    (word) => textOf(word) ?? [],
  )
  const variables = environmentOf(container, configMaps)
  const texts = [words.join(' '), ...variables.map(([, value]) => value)]
  const found = [
    ...texts.flatMap((text) => argumentBounds.flatMap((bound) => boundIn(text, bound))),
    ...texts.flatMap((text) => percentBounds.flatMap((pattern) => percentIn(text, pattern))),
    ...variables.flatMap(([name, value]) => ofVariable(name, value)),
  ]
  return found.sort((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0))
}

function boundIn(text: string, { pattern, read, overhead }: Bound): readonly AnnouncedMemory[] {
  const [, said = '', captured = ''] = pattern.exec(text) ?? []
  const amount = captured === '' ? undefined : read(captured)
  return amount === undefined ? [] : [{ bytes: Math.ceil(amount * overhead), said: said.trim() }]
}

function percentIn(text: string, pattern: RegExp): readonly AnnouncedMemory[] {
  const [, said, captured] = pattern.exec(text) ?? []
  return said === undefined ? [] : [{ percent: Number(captured), said }]
}

function ofVariable(name: string, value: string): readonly AnnouncedMemory[] {
  const said = `${name}=${value}`
  if (variablePercents.includes(name)) {
    const percent = hexadecimal(value)
    return percent === undefined ? [] : [{ percent, said }]
  }
  const bound = Object.hasOwn(variableBounds, name) ? variableBounds[name] : undefined
  const amount = bound?.read(value.trim())
  return bound === undefined || amount === undefined
    ? []
    : [{ bytes: Math.ceil(amount * bound.overhead), said }]
}

/** The variables of a container whose values are known: literals, and those of ConfigMaps beside it. */
function environmentOf(
  container: JsonObject,
  configMaps: ReadonlyMap<string, JsonObject>,
): readonly (readonly [string, string])[] {
  const from = listOf(container['envFrom']).flatMap((source) => {
    const prefix = textOf(valueAt(source, ['prefix'])) ?? ''
    const data = configMaps.get(textOf(valueAt(source, ['configMapRef', 'name'])) ?? '')
    return Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, textOf(value) ?? ''] as const)
  })
  const own = listOf(container['env']).flatMap((entry) => {
    const [name, value] = [textOf(valueAt(entry, ['name'])), textOfEntry(entry, configMaps)]
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
  return [...new Map([...from, ...own])]
}

function textOfEntry(entry: Json, configMaps: ReadonlyMap<string, JsonObject>): string | undefined {
  const key = valueAt(entry, ['valueFrom', 'configMapKeyRef'])
  if (!isJsonObject(key)) return textOf(valueAt(entry, ['value']))
  return textOf(configMaps.get(textOf(key['name']) ?? '')?.[textOf(key['key']) ?? ''])
}
