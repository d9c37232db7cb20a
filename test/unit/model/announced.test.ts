import { describe, expect, it } from 'vitest'
import { announcedMemory } from '../../../plugin/model/announced.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'

const Mi = 1024 ** 2
const inMi = (container: JsonObject, maps: ReadonlyMap<string, JsonObject> = new Map()) =>
  announcedMemory(container, maps).map(({ bytes, percent, said }) => [
    said,
    bytes === undefined ? `${percent} %` : Math.round(bytes / Mi),
  ])
const variable = (name: string, value: string): JsonObject => ({ env: [{ name, value }] })

describe('the memory that a container announces', () => {
  it.each<[string, JsonObject, readonly (readonly (string | number)[])[]]>([
    [
      'a JVM in JAVA_TOOL_OPTIONS',
      variable('JAVA_TOOL_OPTIONS', '-Xms256m -Xmx1536m -Dx=1'),
      [['-Xmx1536m', 1920]],
    ],
    ['a JVM in quotes', variable('JAVA_OPTS', '"-Xmx2g"'), [['-Xmx2g', 2560]]],
    [
      'a JVM in its arguments',
      { args: ['java', '-XX:MaxHeapSize=1g', '-jar', 'a.jar'] },
      [['-XX:MaxHeapSize=1g', 1280]],
    ],
    ['a JVM in bytes', { command: ['java', '-Xmx1073741824'] }, [['-Xmx1073741824', 1280]]],
    [
      'a share of a JVM',
      variable('JAVA_OPTS', '-XX:MaxRAMPercentage=75.0'),
      [['-XX:MaxRAMPercentage=75.0', '75 %']],
    ],
    [
      'Node.js',
      { command: ['node', '--max-old-space-size=1500', 'a.js'] },
      [['--max-old-space-size=1500', 1800]],
    ],
    [
      'Node.js with underscores',
      variable('NODE_OPTIONS', '--max_old_space_size=1000'),
      [['--max_old_space_size=1000', 1200]],
    ],
    ['Redis', { args: ['--maxmemory', '512mb'] }, [['--maxmemory 512mb', 614]]],
    ['Go', variable('GOMEMLIMIT', '1000MiB'), [['GOMEMLIMIT=1000MiB', 1100]]],
    ['.NET', variable('DOTNET_GCHeapHardLimit', '0x40000000'), [['DOTNET_GCHeapHardLimit=0x40000000', 1229]]],
    [
      'a share of .NET',
      variable('DOTNET_GCHeapHardLimitPercent', '0x4B'),
      [['DOTNET_GCHeapHardLimitPercent=0x4B', '75 %']],
    ],
    [
      'the largest first',
      { args: ['-Xmx1g'], ...variable('NODE_OPTIONS', '--max-old-space-size=4000') },
      [
        ['--max-old-space-size=4000', 4800],
        ['-Xmx1g', 1280],
      ],
    ],
    [
      'a JVM with buffers outside its heap',
      variable('JAVA_OPTS', '-Xmx1g -XX:MaxDirectMemorySize=512m'),
      [['-Xmx1g with -XX:MaxDirectMemorySize=512m', 1792]],
    ],
    [
      'a JVM whose heap is given twice',
      { command: ['java', '-Xmx1g', '-Xmx2g'] },
      [
        ['-Xmx2g', 2560],
        ['-Xmx1g', 1280],
      ],
    ],
    [
      'a JVM with a share of a fixed amount',
      variable('JAVA_OPTS', '-XX:MaxRAM=2g -XX:MaxRAMPercentage=50'),
      [['-XX:MaxRAM=2g -XX:MaxRAMPercentage=50', 1280]],
    ],
    ['a JVM with a fixed amount', variable('JAVA_OPTS', '-XX:MaxRAM=4g'), [['-XX:MaxRAM=4g', 1280]]],
    ['a fraction of a JVM', { args: ['-XX:MaxRAMFraction=2'] }, [['-XX:MaxRAMFraction=2', '50 %']]],
    ['Cassandra', variable('MAX_HEAP_SIZE', '2G'), [['MAX_HEAP_SIZE=2G', 2560]]],
    ['memcached', { image: 'memcached:1', args: ['-m', '1000'] }, [['-m 1000', 1200]]],
    ['another program with the same option', { image: 'x', args: ['-m', '1000'] }, []],
    ['PostgreSQL', { args: ['postgres', '-c', 'shared_buffers=2GB'] }, [['shared_buffers=2GB', 2560]]],
    ['MySQL', { args: ['--innodb-buffer-pool-size=2G'] }, [['--innodb-buffer-pool-size=2G', 2560]]],
    ['VictoriaMetrics', { args: ['-memory.allowedBytes=2GiB'] }, [['-memory.allowedBytes=2GiB', 2560]]],
    [
      'a variable in arguments and in a variable',
      {
        command: ['java', '-Xmx$(HEAP)'],
        env: [
          { name: 'HEAP', value: '1g' },
          { name: 'NODE_OPTIONS', value: '--max-old-space-size=$(HEAP_MB) $(LATER) $$(HEAP)' },
          { name: 'LATER', value: 'x' },
        ],
      },
      [['-Xmx1g', 1280]],
    ],
    ['nothing', { args: ['serve', '-Xmxlots', '--max'], ...variable('MODE', '-Xm') }, []],
  ])('of %s', (_name, container, expected) => {
    expect(inMi(container)).toEqual(expected)
  })

  it('is read from ConfigMaps beside it: whole, by key, and not where a variable of its own wins', () => {
    const maps = new Map([['jvm', { JAVA_OPTS: '-Xmx1g', OTHER: 'x' }]])
    expect(inMi({ envFrom: [{ configMapRef: { name: 'jvm' } }] }, maps)).toEqual([['-Xmx1g', 1280]])
    const byKey = {
      env: [{ name: 'JAVA_OPTS', valueFrom: { configMapKeyRef: { name: 'jvm', key: 'JAVA_OPTS' } } }],
    }
    expect(inMi(byKey, maps)).toEqual([['-Xmx1g', 1280]])
    const own = { envFrom: [{ configMapRef: { name: 'jvm' } }], ...variable('JAVA_OPTS', '-Xmx2g') }
    expect(inMi(own, maps)).toEqual([['-Xmx2g', 2560]])
    expect(
      inMi({ envFrom: [{ configMapRef: { name: 'absent' } }, { secretRef: { name: 'x' } }] }, maps),
    ).toEqual([])
  })

  it('is found in bounded time where variables name each other', () => {
    const env = Array.from({ length: 200 }, (_, index) => ({
      name: `V${index}`,
      value: index === 0 ? '-Xmx1g ' : `$(V${index - 1})`.repeat(500),
    }))
    expect(inMi({ env })[0]).toEqual(['-Xmx1g', 1280])
  })
})
