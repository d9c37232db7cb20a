import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../plugin/model/plan.ts'
import { csvColumns, fleetCsv } from '../../../plugin/report/fleet/csv.ts'
import { amount, exactMoney, money, moneyMove, savesText } from '../../../plugin/report/fleet/format.ts'
import { fleetPage, pagePolicy } from '../../../plugin/report/fleet/page.ts'
import { fleetReport } from '../../../plugin/report/fleet/report.ts'
import type { FleetReport } from '../../../plugin/report/json/fleet.ts'
import { acts } from '../../lab/inert.ts'
import { partOf } from './pull-requests.ts'

const client = { script: 'run()', style: 'body{}', scriptHash: 'sha256-a', styleHash: 'sha256-b' }
const frame = { madeAt: '2026-03-01T06:00:00.000Z', program: 'gitops-tortoise' }

/** An outcome in which everything that a cluster, a repository or a forge can name is one text. */
function outcomeWith(text: string): Outcome {
  const part = partOf(1)
  const named = { cluster: text, source: text, container: text }
  const changes = part.proposal.changes.map((change) => ({
    ...change,
    ...named,
    from: text,
    workload: { ...change.workload, name: text, kind: text, namespace: text },
    because: [{ rule: text, text }],
    site: { ...change.site, file: text },
  }))
  const [change] = changes
  if (change === undefined) throw new Error('no change')
  const { workload, field } = change
  return {
    plan: {
      recommendations: [
        { workload, field, ...named, verdict: 'unsure', missing: text },
        { workload, field, ...named, verdict: 'keep', from: 1, because: [{ rule: text, text }] },
      ],
      proposal: { ...part.proposal, changes },
      parts: [{ scope: text, proposal: { ...part.proposal, changes } }],
      skipped: [
        { source: text, workload: '', reason: text },
        {
          source: text,
          namespace: text,
          workload: `${text}/${text}`,
          field: text,
          place: text,
          reason: text,
        },
      ],
      coverage: [
        {
          cluster: text,
          used: 2,
          managed: 1,
          unmanaged: [{ workload: { ...workload, name: `${text}2` }, why: text }],
          advice: [text],
        },
      ],
      fetched: [text],
      sandbox: text,
    },
    delivery: {
      mode: 'pull-request',
      created: true,
      pulls: [{ scope: text, branch: text, action: 'opened', number: 7, url: text, reason: text }],
    },
  }
}

const hostile = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '--><img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  ']]>\u2028\u2029\u0000\u202egnp\u202c',
  'javascript:alert(1)',
  "' onmouseover='alert(1)",
  '&lt;b&gt;\\u003cscript\\u003e',
]

/** What the page holds for its script. */
function dataOf(page: string): FleetReport {
  const [, data = ''] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page) ?? []
  return JSON.parse(data) as FleetReport
}

describe('the HTML report', () => {
  it.each(hostile)('takes no markup and no address from names: %j', (text) => {
    const report = fleetReport([outcomeWith(text)], frame)
    const page = fleetPage(
      { ...report, schedules: [{ name: text, cron: text, last: { ended: text, seconds: 1, error: text } }] },
      client,
    ).toString()
    expect(page.match(/<script\b/g)).toHaveLength(2)
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(page).not.toMatch(/<!--|<img|<svg onload|<b>/)
    expect(page.replace(/<script type.*<\/script>/, '')).not.toMatch(/onmouseover='/)
    expect(page.match(/(?:href|src)="[^"]*"/g)).toEqual(['href="#workloads"'])
    expect(acts(page)).toEqual([])
    expect(dataOf(page).workloads).toEqual(report.workloads)
  })

  it('allows its own script and style, and no request', () => {
    const policy = pagePolicy(client)
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-a'; style-src 'sha256-b';/)
    const page = fleetPage(fleetReport([], frame), client).toString()
    expect(page).toContain('http-equiv="Content-Security-Policy"')
    expect(page).not.toMatch(/https?:\/\//)
  })

  it('keeps the lines of an error: what failed, and what to do', () => {
    const last = { ended: '2026-09-14T06:00:00.000Z', seconds: 3, error: 'no answer\n  Check <the> URL.' }
    const schedules = [{ name: 'prod', cron: '0 6 * * *', last }]
    const page = fleetPage({ ...fleetReport([], frame), schedules }, client).toString()
    expect(page).toContain('<pre>no answer\n  Check &#60;the&#62; URL.</pre>')
  })

  it('refuses a script that would end its element', () => {
    const report = fleetReport([], frame)
    expect(() => fleetPage(report, { ...client, script: '"</script>"' })).toThrow('would end its element')
    expect(() => fleetPage(report, { ...client, style: 'a::after{content:"<"}' })).toThrow(
      'would end its element',
    )
  })

  it('counts a workload once that two runs plan', () => {
    const { plan } = outcomeWith('web')
    const report = fleetReport([{ plan }, { plan }], frame)
    const once = fleetReport([{ plan }], frame)
    expect(report.workloads).toEqual(once.workloads)
    expect(report.totals).toEqual(once.totals)
  })

  it('links the pull request of each change', () => {
    const [row] = fleetReport([outcomeWith('web')], frame).workloads
    expect(new Set(row?.changes.map(({ pull }) => pull))).toEqual(new Set([7]))
  })
})

describe('the CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '  =cmd', '"=x"', 'a,b', 'say "no"'])(
    'makes a text of %j',
    (text) => {
      const report = fleetReport([outcomeWith(text)], frame)
      const [head = '', ...lines] = fleetCsv(report.workloads).trimEnd().split('\n')
      expect(head).toBe(csvColumns.join(','))
      expect(lines).toHaveLength(report.workloads.length)
      for (const line of lines) {
        const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? []
        expect(cells.slice(0, csvColumns.length)).toHaveLength(csvColumns.length)
        expect(cells.filter((cell) => /^"?\s*[=+@]|^"?\s*-(?!\d+(\.\d+)?,)/.test(cell))).toEqual([])
      }
    },
  )
})

describe('figures for people', () => {
  it.each([
    [0.034, '0.03'],
    [3.1459, '3.15'],
    [31.44, '31.4'],
    [1234.5, '1,235'],
  ])('%d is %s', (value, text) => expect(amount(value)).toBe(text))

  it('puts a sign before an amount, and a code after it', () => {
    expect([money(12.4, '$'), money(12.4, 'USD'), money(-3.2, '€')]).toEqual(['$12', '12 USD', '−€3.20'])
    expect([exactMoney(12.4, '$'), exactMoney(-1250, 'USD')]).toEqual(['$12.40', '1250.00 USD'])
    expect(moneyMove(434, 311, 'USD')).toBe('434 → 311 USD')
    expect([savesText(12, '$'), savesText(-3.2, 'USD'), savesText(0, '$')]).toEqual([
      'saves $12',
      'costs 3.20 USD more',
      'costs the same',
    ])
  })
})
