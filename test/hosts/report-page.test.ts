import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fleetPage } from '../../plugin/report/fleet/page.ts'
import type { FleetReport } from '../../plugin/report/json/fleet.ts'
import {
  accessibilityProblems,
  chromiumPath,
  openBrowser,
  openPage,
  type PageOptions,
} from '../shots/browser.ts'
import { builtClient, daemonPage } from '../shots/material.ts'
import { onDemo } from './program.ts'

const chromium = chromiumPath()
const directory = mkdtempSync(join(tmpdir(), 'tortoise-page-'))
const cart = '#workload=prod%2Fshop%2FDeployment%2Fcart'
let browser: Browser
let report: FleetReport

const write = (name: string, text: string): string => {
  const file = join(directory, `${name}.html`)
  writeFileSync(file, text)
  return pathToFileURL(file).toString()
}

const opened = async (url: string, options?: PageOptions): Promise<Page> =>
  (await openPage(browser, url, options)).page

/** The names of the workloads that the table shows, in its order. */
const names = (page: Page): Promise<readonly string[]> =>
  page.locator('table.fleet tbody a').allTextContents()

it.runIf(chromium === undefined)('the report is opened in a browser', ({ skip }) =>
  skip('there is no Chromium here'),
)

describe.skipIf(chromium === undefined)('the report in a browser', () => {
  let url: string

  beforeAll(async () => {
    browser = await openBrowser(chromium ?? '')
    report = JSON.parse((await onDemo('report', '-o', 'json')).stdout) as FleetReport
    url = write('report', fleetPage(report, builtClient()).toString())
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(directory, { recursive: true })
  })

  it.each([
    ['the whole page', '', {}],
    ['a workload', cart, { height: 2500 }],
    ['a dark page', '', { dark: true }],
    ['a workload of a dark page', cart, { dark: true, height: 2500 }],
    ['a narrow page', '', { width: 400 }],
    ['a workload of a narrow page', cart, { width: 400, height: 3000 }],
  ])('%s makes no request, logs no error, and axe-core objects to nothing', async (_, hash, options) => {
    const { page, problems } = await openPage(browser, `${url}${hash}`, options)
    await page.waitForFunction('document.documentElement.dataset.ready')
    expect(await accessibilityProblems(page)).toEqual([])
    expect(problems).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.close()
  })

  it('the page of the daemon passes the same', async () => {
    const { page, problems } = await openPage(browser, write('daemon', daemonPage(report)))
    expect(await accessibilityProblems(page)).toEqual([])
    expect(problems).toEqual([])
    expect(await page.locator('main > section h2').allTextContents()).toEqual([
      'Schedules',
      'Pull requests',
      'Workloads',
      'About this report',
    ])
    await page.close()
  })

  it('shows what is raised first, and sorts by any column', async () => {
    const page = await opened(url)
    expect((await names(page))[0]).toBe('cart')
    const heading = page.getByRole('columnheader', { name: 'Cost a month' })
    await heading.getByRole('button').press('Enter')
    expect(await heading.getAttribute('aria-sort')).toBe('descending')
    expect((await names(page)).slice(0, 2)).toEqual(['search', 'checkout'])
    expect(page.url()).toContain('sort=-cost')
    await page.close()
  })

  it('filters and searches, keeps both in the address, and says how many workloads match', async () => {
    const page = await opened(url)
    await page.getByLabel('Cluster').selectOption('prod')
    await page.getByRole('searchbox').fill('check')
    expect(await names(page)).toEqual(['checkout'])
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toMatch(/^1 of 12 workloads request 3 cores/)
    const again = await opened(page.url())
    expect(await names(again)).toEqual(['checkout'])
    await again.getByRole('button', { name: 'Clear' }).click()
    expect(await names(again)).toHaveLength(12)
    await Promise.all([page.close(), again.close()])
  })

  it('opens and closes a workload with the keyboard', async () => {
    const page = await opened(url)
    await page.getByRole('link', { name: 'cart' }).first().press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Deployment/cart' })
    await dialog.waitFor()
    expect(await dialog.textContent()).toContain('apps/overlays/prod/kustomization.yaml:30')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await expect.poll(() => page.url()).not.toContain('workload=')
    await page.close()
  })

  it('saves the workloads that are shown as CSV and as JSON', async () => {
    const page = await opened(`${url}#q=mailer`)
    for (const [name, lines] of [
      ['Save CSV', 3],
      ['Save JSON', undefined],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ])
      const text = readFileSync(await download.path(), 'utf8')
      if (lines === undefined) expect((JSON.parse(text) as FleetReport).workloads).toHaveLength(2)
      else expect(text.trimEnd().split('\n')).toHaveLength(lines)
    }
    await page.close()
  })

  it('draws only the rows on the screen of a large fleet, and finds any of them', async () => {
    const [row] = report.workloads
    if (row === undefined) throw new Error('no workload')
    const workloads = Array.from({ length: 3000 }, (_, at) => ({
      ...row,
      name: `web-${at}`,
      key: `prod/shop/Deployment/web-${at}`,
    }))
    const page = await opened(write('large', fleetPage({ ...report, workloads }, builtClient()).toString()))
    expect((await names(page)).length).toBeLessThan(80)
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('3001')
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await expect.poll(() => names(page)).toContain('web-999')
    await page.getByRole('searchbox').fill('web-2718')
    expect(await names(page)).toEqual(['web-2718'])
    await page.close()
  })

  it.each(['</script><img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', '\u202egnp.exe'])(
    'shows a hostile name as text: %j',
    async (text) => {
      const [row] = report.workloads
      if (row === undefined) throw new Error('no workload')
      const poisoned = { ...row, name: text, namespace: text, source: text, owners: [text], key: text }
      const { page, problems } = await openPage(
        browser,
        write('hostile', fleetPage({ ...report, workloads: [poisoned] }, builtClient()).toString()),
      )
      await page.locator('table.fleet tbody a').press('Enter')
      await page.getByRole('dialog').waitFor()
      expect(problems).toEqual([])
      expect(await page.locator('img, svg[onload]').count()).toBe(0)
      await page.close()
    },
  )
})
