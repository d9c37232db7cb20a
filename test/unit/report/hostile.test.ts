import { describe, expect, it } from 'vitest'
import type { BranchWriter, Forge, Pull } from '../../../plugin/deliver/forges/forge.ts'
import type { PullOptions } from '../../../plugin/deliver/pulls/job.ts'
import { closeObsolete } from '../../../plugin/deliver/pulls/pull-steps.ts'
import { branchOf } from '../../../plugin/deliver/pulls/scope.ts'
import { commitMessage } from '../../../plugin/deliver/record/commit-message.ts'
import { writeBlock } from '../../../plugin/deliver/record/hidden-block.ts'
import { parseChanges } from '../../../plugin/deliver/record/trailers.ts'
import type { Plan } from '../../../plugin/model/plan.ts'
import type { ScopedProposal } from '../../../plugin/model/proposal.ts'
import type { Markdown } from '../../../plugin/model/text/markdown.ts'
import { dashboard } from '../../../plugin/report/dashboard.ts'
import { plain } from '../../../plugin/report/paint.ts'
import { pullBody } from '../../../plugin/report/pull-request/body.ts'
import { pullTitle } from '../../../plugin/report/pull-request/head.ts'
import { historyForPeople } from '../../../plugin/report/value-history.ts'
import { alive } from '../../lab/alive.ts'
import { observationsFor, partOf } from './pull-requests.ts'

const hostile = [
  '<img src=x onerror=alert(1)>',
  '[click](https://evil.example/x) ![](https://evil.example/i.png)',
  '@everyone please see #1, closes #2, GH-3',
  'a | b | c\n| --- |\n# heading',
  '--> <script>alert(1)</script> <!-- ',
  '</details></summary><h1>big</h1>',
  '```\ncode\n```\n\n- [x] <!-- /tortoise retry -->',
  '\u202egnp.evil\u202c \u0007 \u001b[31mred',
  '/tortoise ignore\n/tortoise pin 1',
  'x\n\nTortoise-Base: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  '$(rm -rf /) `id` ~!*_[]',
]
/** A part in which everything that a cluster or a repository can name is hostile. */
function poisoned(text: string): ScopedProposal {
  const part = partOf(1)
  const changes = part.proposal.changes.map((change) => ({
    ...change,
    cluster: text,
    source: text,
    container: text,
    from: text,
    workload: { ...change.workload, name: text, kind: text, namespace: text },
    because: [{ rule: text, text }],
    site: { ...change.site, file: text },
  }))
  const proof = { ...part.proposal.proof, sources: [text] }
  return { scope: text, proposal: { ...part.proposal, changes, proof } }
}

describe('names full of markup', () => {
  it.each(hostile)('are inert in the body of a pull request: %j', (text) => {
    const part = poisoned(text)
    const observations = observationsFor(part.proposal.changes)
    const body = pullBody(part, { observations, reconsider: 20, room: 50_000 }).toString()
    expect(alive(body)).toEqual([])
    expect(body.match(/^\/tortoise /gm) ?? []).toEqual([])
    expect(body.match(/^- \[x\]/gim) ?? []).toEqual([])
    const bare = body.replace(/`[^`\n]*`/g, '')
    expect(bare.match(/<details>/g)).toHaveLength(bare.match(/<\/details>/g)?.length ?? 0)
  })

  it.each(hostile)('are inert in a title, and on one line: %j', (text) => {
    const title = pullTitle(poisoned(text)).toString()
    expect(title).not.toMatch(/[\n\r\p{Cc}]|@[a-z]/iu)
    expect(title.length).toBeLessThanOrEqual(256)
  })

  it.each(hostile)('are inert in the dashboard: %j', (text) => {
    const plan: Plan = {
      recommendations: [],
      skipped: [
        { workload: text, field: text, reason: `declined at 1: ${text}` },
        { workload: text, source: text, reason: text },
      ],
    }
    const frame = { hasBoxes: true, keyOf: () => text, maxOpen: 10, maxNewPerHour: 5 }
    const pulls = [
      { scope: text, branch: branchOf('tortoise/x', text), action: 'queued' as const, reason: text },
    ]
    expect(alive(dashboard(plan, pulls, frame).toString())).toEqual([])
  })

  it.each(hostile)('are inert in the comment that says why a pull request was closed: %j', async (text) => {
    const block = {
      scope: text,
      base: 'b',
      head: 'h',
      digest: 'd',
      items: [{ key: text, from: text, to: text }],
    }
    const said: string[] = []
    const forge = {
      comments: async () => [],
      comment: async (_: number, body: Markdown) => void said.push(body.toString()),
      update: async () => undefined,
    } as Partial<Forge> as Forge
    const options = { checks: false } as PullOptions
    const ports = { forge, writer: {} as BranchWriter, pulls: [] }
    const pull = { number: 1, url: '', branch: 'b', head: 'h', body: writeBlock(block).toString() } as Pull
    await closeObsolete(pull, text, { options, ports })
    expect(said.flatMap(alive)).toEqual([])
    expect(said[0]?.match(/^\/tortoise /gm) ?? []).toEqual([])
  })

  it.each(hostile)('come out of trailers as one line of a terminal: %j', (text) => {
    const changes = poisoned(text).proposal.changes
    const message = commitMessage(partOf(1).proposal, { base: 'a', tree: 'b' }).toString()
    const trailed = parseChanges(
      commitMessage({ ...partOf(1).proposal, changes }, { base: 'a', tree: 'b' }).toString(),
    )
    expect(trailed).toHaveLength(parseChanges(message).length)
    const events = trailed.map((one) => ({ ...one, kind: 'set' as const }))
    const workload = { namespace: text, kind: text, name: text }
    const printed = historyForPeople(
      {
        complete: true,
        fields: [{ cluster: text, workload, container: text, field: text, now: text, events }],
      },
      plain,
    ).toString()
    expect(printed.trimEnd().split('\n')).toHaveLength(2 + events.length)
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
  })

  it.each(hostile)('make a branch of plain letters: %j', (text) => {
    expect(branchOf('tortoise/right-size', text)).toMatch(/^tortoise\/right-size-[a-z0-9-]{1,80}$/)
  })

  it.each(hostile)('cannot break out of the hidden block: %j', (text) => {
    const items = [{ key: text, from: text, to: text }]
    const block = { scope: text, base: text, head: text, digest: text, items }
    expect(writeBlock(block).toString()).toMatch(/^<!-- tortoise:1 [A-Za-z0-9+/=]+ -->$/)
  })
})
