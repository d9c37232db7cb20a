import { readFileSync } from 'node:fs'
import type { Outcome } from '../../model/plan.ts'
import { stop } from '../../model/problem.ts'
import { csv, json } from '../../model/text/data.ts'
import { htmlFile } from '../../model/text/html.ts'
import { fleetCsv } from '../../report/fleet/csv.ts'
import { fleetPage } from '../../report/fleet/page.ts'
import { fleetReport } from '../../report/fleet/report.ts'
import { fleetOfRepositories } from '../../report/fleet/repositories.ts'
import { savedReport } from '../../report/fleet/saved.ts'
import type { FleetReport } from '../../report/json/fleet.ts'
import type { RepositoriesOutcome } from '../../report/repositories.ts'
import type { Host } from '../../run/host.ts'
import { readPageClient } from './page-client.ts'
import type { Printed } from './run-options.ts'

declare const __VERSION__: string

/** The formats in which every workload is listed. */
export type FleetFormat = 'html' | 'csv' | 'json'

type Ports = Pick<Host, 'now'>

/** The report on all workloads of a plan as text in a format. */
export const formatFleet = (ports: Ports, outcome: Outcome, format: FleetFormat): Printed =>
  formatReport(fleetReport([outcome], frameOf(ports)), format)

/** The report on all workloads of several repositories as text in a format. */
export function formatRepositories(ports: Ports, all: RepositoriesOutcome, format: FleetFormat): Printed {
  const { outcomes, ...more } = fleetOfRepositories(all)
  return formatReport(fleetReport(outcomes, { ...frameOf(ports), ...more }), format)
}

/**
 * A report that was saved as JSON, or one made from a saved plan, in a format. Throws `usage` for any other file.
 */
export function formatSaved(ports: Ports, file: string, format: FleetFormat): Printed {
  const report = savedReport(readSaved(file), frameOf(ports))
  if (report !== undefined) return formatReport(report, format)
  throw stop('usage', `${file} is neither a report nor a plan in JSON`, {
    hint: 'Pass what tortoise report -o json or tortoise plan -o json of this version wrote.',
  })
}

function readSaved(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw stop('usage', `${file} cannot be read as JSON`, { hint: 'Correct --from.', cause })
  }
}

const frameOf = ({ now }: Ports) => ({
  madeAt: now().toISOString(),
  program: `gitops-tortoise ${__VERSION__}`,
})

function formatReport(report: FleetReport, format: FleetFormat): Printed {
  switch (format) {
    case 'html':
      return htmlFile(fleetPage(report, readPageClient()))
    case 'csv':
      return csv(fleetCsv(report.workloads))
    case 'json':
      return json(report)
    default:
      return format satisfies never
  }
}
