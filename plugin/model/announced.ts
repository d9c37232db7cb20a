import { environmentOf, expanded } from './environment.ts'
import type { JsonObject } from './json.ts'
import { listOf, textOf } from './json.ts'
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

/** A setting that says how much memory a program may fill. */
interface Bound {
  /** Bytes of a text; `undefined` when it is no amount. */
  readonly read: (text: string) => number | undefined
  /** What the program needs beside it, as a multiple: stacks, code, buffers. */
  readonly overhead: number
}

/** A bound in arguments: the pattern captures the setting, and the amount in it. */
interface ArgumentBound extends Bound {
  readonly pattern: RegExp
  /** A word of the command or the image without which the argument means something else. */
  readonly program?: RegExp
}

const mebibyte = 1024 ** 2
const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: mebibyte,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

/** An amount of a JVM, of Redis or of a database: digits, one letter, and perhaps a `b`. */
function letterBytes(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+)([kmgt]?)b?$/i.exec(text) ?? []
  return digits === '' ? undefined : Number(digits) * (units[unit.toLowerCase()] ?? 1)
}

const mebibytes = (text: string): number => Number(text) * mebibyte
const quantityBytes = (text: string): number | undefined => toBytes(text.replace(/B$/, ''))

function hexadecimal(text: string): number | undefined {
  return /^(0x)?[0-9a-f]+$/i.test(text) ? Number.parseInt(text.replace(/^0x/i, ''), 16) : undefined
}

/**
 * Bounds in arguments and in variables that hold arguments.
 * - Node.js: https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib
 * - Redis: https://redis.io/docs/latest/operate/oss_and_stack/management/config/
 * - memcached: https://docs.memcached.org/serverguide/configuring/
 * - PostgreSQL: https://www.postgresql.org/docs/current/runtime-config-resource.html
 * - MySQL: https://dev.mysql.com/doc/refman/8.4/en/innodb-parameters.html
 * - VictoriaMetrics: https://docs.victoriametrics.com/victoriametrics/
 */
const argumentBounds: readonly ArgumentBound[] = [
  { pattern: /(--max[-_]old[-_]space[-_]size[= ](\d+))/g, read: mebibytes, overhead: 1.2 },
  { pattern: /(--?maxmemory[= ](\d+[kmg]?b?))(?=$|[\s"'])/gi, read: letterBytes, overhead: 1.2 },
  {
    pattern: /((?:-m|--memory-limit)[= ]?(\d+))(?=$|[\s"'])/g,
    read: mebibytes,
    overhead: 1.2,
    program: /memcached/,
  },
  { pattern: /(shared_buffers=["']?(\d+[kMGT]B))/g, read: letterBytes, overhead: 1.25 },
  {
    pattern: /(--innodb[-_]buffer[-_]pool[-_]size[= ](\d+[kmgt]?))(?=$|[\s"'])/gi,
    read: letterBytes,
    overhead: 1.25,
  },
  { pattern: /(-memory\.allowedBytes[= ](\d+[A-Za-z]*))/g, read: quantityBytes, overhead: 1.25 },
]
const percentBounds: readonly RegExp[] = [/(--max-old-space-size-percentage[= ](\d+(?:\.\d+)?))/]

/**
 * Variables whose whole value is a bound. .NET's are hexadecimal:
 * https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector; Cassandra's and Spark's are those of a JVM.
 */
const variableBounds: Readonly<Record<string, Bound>> = {
  GOMEMLIMIT: { read: quantityBytes, overhead: 1.1 },
  DOTNET_GCHeapHardLimit: { read: hexadecimal, overhead: 1.2 },
  COMPlus_GCHeapHardLimit: { read: hexadecimal, overhead: 1.2 },
  MAX_HEAP_SIZE: { read: letterBytes, overhead: 1.25 },
  SPARK_DRIVER_MEMORY: { read: letterBytes, overhead: 1.25 },
  SPARK_EXECUTOR_MEMORY: { read: letterBytes, overhead: 1.25 },
  SPARK_WORKER_MEMORY: { read: letterBytes, overhead: 1.25 },
}
const variablePercents: readonly string[] = [
  'DOTNET_GCHeapHardLimitPercent',
  'COMPlus_GCHeapHardLimitPercent',
]

/** What a container's command, arguments and environment say about its memory; the largest bound first. */
export function announcedMemory(
  container: JsonObject,
  configMaps: ReadonlyMap<string, JsonObject>,
): readonly AnnouncedMemory[] {
  const variables = environmentOf(container, configMaps)
  const words = [...listOf(container['command']), ...listOf(container['args'])].flatMap(
    (word) => textOf(word) ?? [],
  )
  const command = expanded(words.join(' '), variables)
  const program = `${textOf(container['image']) ?? ''} ${command}`
  const bounds = argumentBounds.filter((bound) => bound.program?.test(program) ?? true)
  const found = [command, ...variables.values()].flatMap((text) => [
    ...javaMemory(text),
    ...bounds.flatMap((bound) => boundsIn(text, bound)),
    ...percentBounds.flatMap((pattern) => percentIn(text, pattern)),
  ])
  const ofVariables = [...variables].flatMap(([name, value]) => ofVariable(name, value))
  return [...found, ...ofVariables].sort((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0))
}

const boundsIn = (text: string, { pattern, read, overhead }: ArgumentBound): readonly AnnouncedMemory[] =>
  [...text.matchAll(pattern)].flatMap(([, said = '', captured = '']) => {
    const amount = read(captured)
    return amount === undefined ? [] : [{ bytes: Math.ceil(amount * overhead), said: said.trim() }]
  })

function percentIn(text: string, pattern: RegExp): readonly AnnouncedMemory[] {
  const [, said, captured] = pattern.exec(text) ?? []
  return said === undefined ? [] : [{ percent: Number(captured), said }]
}

/** What a JVM needs beside its heap, as a multiple: classes, code, stacks. */
const javaOverhead = 1.25
/** The share of memory that a JVM takes as its heap where no option says another. */
const javaDefaultShare = 25

const heapPattern = /(?:^|[\s"'=])(-Xmx\s?(\d+[kmgt]?)|-XX:MaxHeapSize=(\d+[kmgt]?))(?=$|[\s"'])/gi
const directPattern = /-XX:MaxDirectMemorySize=(\d+[kmgt]?)(?=$|[\s"'])/i
const machinePattern = /-XX:MaxRAM=(\d+[kmgt]?)(?=$|[\s"'])/i
const sharePattern = /-XX:MaxRAM(?:Percentage=(\d+(?:\.\d+)?)|Fraction=(\d+))/

/**
 * What the options of a JVM say: a heap, or a share of a fixed amount, with its buffers outside the heap, or a share of the
 * limit: https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
 */
function javaMemory(text: string): readonly AnnouncedMemory[] {
  const direct = directPattern.exec(text)
  const outside = letterBytes(direct?.[1] ?? '') ?? 0
  const ofHeap = (heap: number, said: string): AnnouncedMemory => ({
    bytes: Math.ceil(heap * javaOverhead + outside),
    said: direct === null ? said : `${said} with ${direct[0]}`,
  })
  const heaps = [...text.matchAll(heapPattern)].flatMap(([, said = '', xmx, size]) => {
    const heap = letterBytes(xmx ?? size ?? '')
    return heap === undefined ? [] : [ofHeap(heap, said)]
  })
  if (heaps.length > 0) return heaps
  const [share, percentage, fraction] = sharePattern.exec(text) ?? []
  const percent = percentage === undefined ? 100 / Number(fraction ?? Number.NaN) : Number(percentage)
  const machine = machinePattern.exec(text)
  const all = letterBytes(machine?.[1] ?? '')
  if (all !== undefined) {
    const heap = (all * (Number.isFinite(percent) ? percent : javaDefaultShare)) / 100
    return [ofHeap(heap, [machine?.[0], share].filter((one) => one !== undefined).join(' '))]
  }
  return share === undefined || !Number.isFinite(percent) ? [] : [{ percent, said: share }]
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
