import type { Outcome } from '../../model/plan.ts'
import { rounded } from '../../model/rounded.ts'
import { type Html, html } from '../../model/text/html.ts'
import { fleetPage, type PageClient } from '../../report/fleet/page.ts'
import { fleetReport } from '../../report/fleet/report.ts'
import { fleetOfRepositories } from '../../report/fleet/repositories.ts'
import type { FleetReport } from '../../report/json/fleet.ts'
import type { RepositoriesOutcome } from '../../report/repositories.ts'

/** A schedule with its last run. */
export interface ScheduleStatus {
  readonly name: string
  readonly cron: string
  readonly next?: Date | undefined
  readonly last?: LastRun | undefined
}

/** A finished run. */
export interface LastRun {
  readonly ended: Date
  readonly seconds: number
  readonly outcome?: Outcome
  /** The results of several repositories. */
  readonly repositories?: RepositoriesOutcome
  readonly error?: string
}

/** What the page is made with. */
export interface PageFrame {
  readonly program: string
  readonly client: PageClient
  /** Shown until a run ended. */
  readonly startedAt: Date
}

const links: readonly Html[] = [
  html`<a href="report.json">last runs as JSON</a>`,
  html`<a href="metrics">metrics</a>`,
]

/** The page about the last runs: schedules, pull requests, and every workload. */
function reportPage(statuses: readonly ScheduleStatus[], { program, client, startedAt }: PageFrame): Html {
  // Of a workload that several schedules plan, the newest run counts.
  const runs = statuses
    .flatMap(({ last }) => last ?? [])
    .toSorted((one, other) => other.ended.getTime() - one.ended.getTime())
  if (runs.length === 0) return waitingPage(statuses, startedAt)
  const several = runs.flatMap(({ repositories }) =>
    repositories === undefined ? [] : [fleetOfRepositories(repositories)],
  )
  const outcomes = runs.flatMap(({ outcome }) => outcome ?? [])
  const report = fleetReport([...outcomes, ...several.flatMap((one) => one.outcomes)], {
    madeAt: (runs[0]?.ended ?? startedAt).toISOString(),
    program,
    schedules: statuses.map(scheduleOf),
    repositories: several.flatMap((one) => one.repositories),
    notes: several.flatMap((one) => one.notes),
  })
  return fleetPage(report, client, links)
}

/** The page until the first run ended: zeros would look like a result. */
function waitingPage(statuses: readonly ScheduleStatus[], startedAt: Date): Html {
  const schedules = statuses.map(
    ({ name, cron, next }) =>
      html`<li>${name} (<code>${cron}</code>): ${next === undefined ? 'no next run' : `next run at ${next.toISOString()}`}</li>`,
  )
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>GitOps Tortoise</title></head>
<body><main><h1>GitOps Tortoise</h1>
<p>No run has ended since the daemon started at ${startedAt.toISOString()}. The report is here after the first one.</p>
<ul>
${html.join(schedules, '\n')}
</ul>
<p>${html.join(links, ' · ')}</p></main></body></html>
`
}

/** Returns the page, which changes only when a run ended or a schedule changed. */
export function cachedPage(statuses: () => readonly ScheduleStatus[], frame: PageFrame): () => Html {
  let made: { readonly key: string; readonly page: Html } | undefined
  return () => {
    const all = statuses()
    const key = JSON.stringify(all.map(({ last, ...schedule }) => [schedule, last?.ended]))
    if (made?.key !== key) made = { key, page: reportPage(all, frame) }
    return made.page
  }
}

function scheduleOf({
  name,
  cron,
  next,
  last,
}: ScheduleStatus): NonNullable<FleetReport['schedules']>[number] {
  return {
    name,
    cron,
    ...(next && { next: next.toISOString() }),
    ...(last && {
      last: {
        ended: last.ended.toISOString(),
        seconds: rounded(last.seconds, 1),
        ...(last.error === undefined ? {} : { error: last.error }),
      },
    }),
  }
}
