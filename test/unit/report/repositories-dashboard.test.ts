import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../plugin/model/plan.ts'
import { fitBody } from '../../../plugin/model/text/markdown.ts'
import type { RepositoryOutcome } from '../../../plugin/report/repositories.ts'
import { repositoriesDashboard, repositoriesMarker } from '../../../plugin/report/repositories-dashboard.ts'

const target = (name: string) => ({ url: `https://git.example.com/acme/${name}.git`, branch: 'main' })
const report = (pulls: NonNullable<Outcome['delivery']>['pulls']): Outcome => ({
  plan: { recommendations: [], skipped: [] },
  ...(pulls && { delivery: { mode: 'pull-request', created: true, pulls } }),
})
const url = 'https://git.example.com/acme/shop/pulls/7'
const pull = { scope: 'prod', branch: 'tortoise/right-size-prod', number: 7, url, action: 'opened' } as const

const textOf = (repositories: readonly RepositoryOutcome[]): string =>
  repositoriesDashboard({ repositories, skipped: [], unread: [] }).toString()

describe('the dashboard of all repositories', () => {
  it('has failures first, then what is open, then a line for each of the rest', () => {
    const text = textOf([
      { target: target('idle'), report: report(undefined) },
      { target: target('open'), report: report([pull]) },
      { target: target('new'), onboarding: { action: 'opened', number: 1, url } },
      { target: target('no'), onboarding: { action: 'declined', number: 2, url } },
      {
        target: target('gone'),
        problems: [{ code: 'git.remote', message: 'no answer', hint: 'Check the URL.' }],
      },
    ])
    const order = ['gone', 'open', 'new', '### Nothing to change', 'idle', 'no'].map((name) =>
      text.indexOf(name.startsWith('#') ? name : `/acme/${name}.git)`),
    )
    expect(order).toEqual([...order].sort((one, other) => one - other))
    expect(order[0]).toBeGreaterThan(0)
    expect(text).toContain('- **Failed:** no answer. Check the URL.')
    expect(text).toContain(`- [Pull request 7](${url}): open: prod`)
    expect(text).toMatch(/^- \[.*\]\(.*no\.git\) \(main\): .*was closed, so it is not opened again/m)
  })

  it('is the same after a run that changes nothing', () => {
    const shown = (action: 'opened' | 'unchanged') =>
      textOf([
        { target: target('open'), report: report([{ ...pull, action }]) },
        { target: target('new'), onboarding: { action, number: 1, url } },
      ])
    expect(shown('unchanged')).toBe(shown('opened'))
  })

  it('is found again where a thousand repositories do not fit', () => {
    const many = Array.from(
      { length: 1000 },
      (_, nth): RepositoryOutcome => ({
        target: target(`shop-${nth}`),
        report: report([pull]),
      }),
    )
    const text = fitBody(repositoriesDashboard({ repositories: many, skipped: [], unread: [] })).toString()
    expect(text.length).toBeLessThan(65_536)
    expect(text).toContain(repositoriesMarker)
  })

  it('takes no markup from names', () => {
    const hostile = '</details><img src=x> @everyone #1 ![x](http://evil.example)'
    const skipped = [{ repository: hostile, revision: hostile, by: [hostile], reason: hostile }]
    const text = repositoriesDashboard({ repositories: [], skipped, unread: [] }).toString()
    expect(text).not.toMatch(/<img|<\/details>|@everyone|(?<!#)#1\b|!\[x\]\(/)
  })
})
