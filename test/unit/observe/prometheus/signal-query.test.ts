import { describe, expect, it } from 'vitest'
import { fillQuery, signalProblem } from '../../../../plugin/observe/prometheus/signal-query.ts'

const subject = { namespace: 'shop', workload: 'api.v2', kind: 'Deployment', cluster: 'prod' }

describe('a query of owners', () => {
  it.each([
    ['errors{namespace="$namespace"}', undefined],
    [
      "sum(rate(errors{namespace='$namespace',app='$workload',code=~\"5..\"}[5m])) / sum(rate(all{exported_namespace='$namespace'}[5m]))",
      undefined,
    ],
    ['{__name__="errors", pod=~"$workload-.+", namespace=`$namespace`}', undefined],
    ['errors{', 'is not PromQL at character 8'],
    ['errors{namespace="$namespace"} >', 'is not PromQL at character 33'],
    ['a{namespace="$namespace",app="$wrkload"}', 'has the unknown placeholder $wrkload'],
    ['vector(1)', 'has no selector of a metric'],
    ['x{namespace="$workload"}', 'reads other namespaces: x{namespace="$workload"}'],
    ['x{app="$workload"}', 'reads other namespaces: x{app="$workload"}'],
    [
      '# a\r sum(secret{namespace="other"}) #\n + 0*sum(x{namespace="$namespace"})',
      'has a comment, or a character that is not printable ASCII',
    ],
    ['x{namespace="$namespace"} # why', 'has a comment, or a character that is not printable ASCII'],
    ['errors', 'reads other namespaces: errors'],
    ['errors{namespace="$namespace"} / up', 'reads other namespaces: up'],
    ['errors{namespace!="$namespace"}', 'reads other namespaces: errors{namespace!="$namespace"}'],
    ['errors{namespace=~"$namespace"}', 'reads other namespaces: errors{namespace=~"$namespace"}'],
    ['errors{namespace=~".*|$namespace"}', 'reads other namespaces: errors{namespace=~".*|$namespace"}'],
    ['errors{namespace="x$namespace"}', 'reads other namespaces: errors{namespace="x$namespace"}'],
    [
      'errors{x="} or up{y=", namespace="other"}',
      'reads other namespaces: errors{x="} or up{y=", namespace="other"}',
    ],
  ])('%s', (query, problem) => {
    expect(signalProblem(query)).toBe(problem)
  })

  it('gets the names of the workload in its texts alone', () => {
    const query = 'a{namespace="$namespace",w="$workload",k="$kind/$cluster"}'
    expect(fillQuery(query, subject, {})).toBe('a{namespace="shop",w="api.v2",k="Deployment/prod"}')
    expect(signalProblem(`sum by ($cluster) (${query})`)).toMatch('is not PromQL')
  })

  it('matches a name with a dot by itself in a regular expression', () => {
    expect(fillQuery('a{p=~"$workload-.+",q!~`$workload`,namespace="$namespace"}', subject, {})).toBe(
      'a{p=~"api\\\\.v2-.+",q!~`api\\.v2`,namespace="shop"}',
    )
  })

  it('keeps other texts as they are', () => {
    const query = 'label_replace(a{namespace="$namespace"},"x","$workload","","")'
    expect(fillQuery(query, subject, {})).toBe('label_replace(a{namespace="shop"},"x","api.v2","","")')
  })

  it('reads one cluster of a shared server, in each selector', () => {
    const query = 'rate(a{namespace="$namespace"}[5m]) / rate(b{namespace="$namespace",}[5m])'
    expect(fillQuery(query, subject, { cluster: 'prod "1"' })).toBe(
      'rate(a{cluster="prod \\"1\\"",namespace="shop"}[5m]) / rate(b{cluster="prod \\"1\\"",namespace="shop",}[5m])',
    )
  })
})
