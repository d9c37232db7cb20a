import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { fleetPage } from '../../plugin/report/fleet/page.ts'
import type { FleetReport } from '../../plugin/report/json/fleet.ts'
import { chromiumPath, openBrowser, openPage } from '../shots/browser.ts'
import { builtClient, demoReport } from '../shots/material.ts'
import { median } from './plan.ts'

const rounds = 5

/** Opens the HTML report of 2,000 and of 10,000 workloads: milliseconds until it can be used, size, and heap of the page. */
export async function openReports(): Promise<Readonly<Record<string, number>>> {
  const program = chromiumPath()
  if (program === undefined) {
    process.stderr.write('There is no Chromium here, so only sizes are measured.\n')
    return {}
  }
  const demo = demoReport()
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  const browser = await openBrowser(program)
  const figures: Record<string, number> = {}
  for (const many of [2_000, 10_000]) {
    const file = join(directory, `${many}.html`)
    writeFileSync(file, fleetPage(fleetOf(demo, many), builtClient()).toString())
    figures[`mb${many}`] = Math.round(statSync(file).size / 1e5) / 10
    Object.assign(figures, await opened(browser, file, String(many)))
  }
  await browser.close()
  rmSync(directory, { recursive: true })
  return figures
}

/** So many workloads, with the usage and the changes of the demo's. */
function fleetOf(demo: FleetReport, many: number): FleetReport {
  const rows = Array.from({ length: many }, (_, at) => {
    const row = demo.workloads[at % demo.workloads.length]
    if (row === undefined) throw new Error('the demo has no workloads')
    const cluster = `cluster-${at % 4}`
    const namespace = `team-${at % 60}`
    const name = `${row.name}-${at}`
    return { ...row, cluster, namespace, name, key: `${cluster}/${namespace}/${row.kind}/${name}` }
  })
  return { ...demo, workloads: rows }
}

async function opened(browser: Browser, file: string, name: string): Promise<Record<string, number>> {
  const times: number[] = []
  const filters: number[] = []
  let heap = 0
  for (let round = 0; round < rounds; round += 1) {
    const { page } = await openPage(browser, pathToFileURL(file).toString())
    times.push(await page.evaluate<number>('Number(document.documentElement.dataset.ready)'))
    filters.push(await filterTime(page))
    heap = Math.max(heap, await page.evaluate<number>('gc(), performance.memory.usedJSHeapSize'))
    await page.close()
  }
  return {
    [`interactiveMs${name}`]: Math.round(median(times)),
    [`filterMs${name}`]: Math.round(median(filters)),
    [`heapMb${name}`]: Math.round(heap / 1e5) / 10,
  }
}

/** Milliseconds from a word in the search to the table that shows it. */
const filterTime = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const input = document.querySelector('input[type=search]')
    const from = performance.now()
    input.value = 'checkout'
    input.dispatchEvent(new Event('input'))
    document.querySelector('table.fleet').getBoundingClientRect()
    return performance.now() - from
  })()`)
