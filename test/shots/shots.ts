import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { accessibilityProblems, chromiumPath, openBrowser, openPage, type PageOptions } from './browser.ts'
import { githubPage, mermaidScript } from './github-page.ts'
import { daemonPage, dashboardText, demoPlan, demoReport, onDemo, pullText } from './material.ts'

/** `npm run shots [DIRECTORY]`: pictures of everything that people see in a browser. Ends with 1 where a page has a problem. */
interface Shot extends PageOptions {
  readonly name: string
  readonly file: string
  readonly hash?: string
  /** The part on the screen alone. */
  readonly isScreen?: boolean
  readonly isPrint?: boolean
}

const cart = '#workload=prod%2Fshop%2FDeployment%2Fcart'
const storefront = '#workload=prod%2Fshop%2FDeployment%2Fstorefront'

const shots: readonly Shot[] = [
  { name: 'report', file: 'report' },
  { name: 'report-dark', file: 'report', dark: true },
  { name: 'report-400', file: 'report', width: 400, height: 800 },
  { name: 'report-filter', file: 'report', hash: '#q=memory&cluster=prod&sort=-memory' },
  { name: 'report-print', file: 'report', isPrint: true, width: 1000 },
  { name: 'workload', file: 'report', hash: cart, height: 2100, isScreen: true },
  { name: 'workload-dark', file: 'report', hash: storefront, dark: true, height: 2300, isScreen: true },
  { name: 'workload-400', file: 'report', hash: cart, width: 400, height: 2600, isScreen: true },
  { name: 'daemon', file: 'daemon' },
  { name: 'daemon-workload', file: 'daemon', hash: cart, height: 2100, isScreen: true },
  ...['pull-request', 'dashboard'].flatMap((file) => [
    { name: file, file, width: 1000, height: 2400, isScreen: true },
    { name: `${file}-dark`, file, dark: true, width: 1000, height: 2400, isScreen: true },
    { name: `${file}-400`, file, width: 400, height: 2400, isScreen: true },
  ]),
]

function writePages(directory: string): void {
  const plan = demoPlan()
  const pages = {
    report: onDemo('report'),
    daemon: daemonPage(demoReport()),
    'pull-request': githubPage('perf(resources): right-size prod', pullText(plan, 'prod')),
    dashboard: githubPage('GitOps Tortoise: right-sizing', dashboardText(plan)),
  }
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(directory, `${name}.html`), text)
}

async function take(browser: Browser, directory: string, shot: Shot): Promise<readonly string[]> {
  const url = `${pathToFileURL(join(directory, `${shot.file}.html`))}${shot.hash ?? ''}`
  const { page, problems } = await openPage(browser, url, shot)
  if (shot.isPrint) await page.emulateMedia({ media: 'print' })
  const isForge = ['pull-request', 'dashboard'].includes(shot.file)
  if (isForge) {
    await page.addScriptTag({ path: mermaidScript })
    await page.evaluate(
      `mermaid.initialize({ startOnLoad: false, theme: '${shot.dark ? 'dark' : 'default'}' }); document.querySelectorAll('details').forEach((one, at) => { one.open = at < 2 }); mermaid.run()`,
    )
  }
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(directory, `${shot.name}.png`), fullPage: !shot.isScreen })
  // What a forge makes of Markdown is its own; its contrast and headings are not ours.
  const found = isForge || shot.isPrint ? [] : await accessibilityProblems(page)
  await page.close()
  return [...problems, ...found].map((one) => `${shot.name}: ${one}`)
}

const program = chromiumPath()
if (program === undefined) {
  process.stdout.write('Skipped: there is no Chromium here. On Debian: apt-get install chromium\n')
} else {
  const [given] = process.argv.slice(2)
  const directory = given === undefined ? mkdtempSync(join(tmpdir(), 'tortoise-shots-')) : resolve(given)
  mkdirSync(directory, { recursive: true })
  writePages(directory)
  const browser = await openBrowser(program)
  const problems: string[] = []
  for (const shot of shots) problems.push(...(await take(browser, directory, shot)))
  await browser.close()
  process.stdout.write(
    `${shots.length} pictures in ${directory}\n${problems.map((one) => `${one}\n`).join('')}`,
  )
  process.exitCode = problems.length > 0 ? 1 : 0
}
