import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildRelease } from './build.ts'
import { releaseProblems } from './checks.ts'
import { filesBelow } from './files.ts'
import { rootObstacle } from './images.ts'

// usage: npm run release -- [--dry-run] [--out DIR]: builds in DIR what the workflow "Release" publishes. Nothing is published.
const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false }, out: { type: 'string', default: 'release' } },
})
const out = resolve(values.out)
const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()
const problems = releaseProblems({
  manifest: readFileSync('package.json', 'utf8'),
  changelog: readFileSync('CHANGELOG.md', 'utf8'),
  changed: git('status', '--porcelain').split('\n').filter(Boolean),
})
for (const problem of problems) console.error(`${values['dry-run'] ? 'warning' : 'error'}: ${problem}`)
const obstacle = rootObstacle()
if (obstacle !== undefined) console.error(`warning: images/ gets no root file systems: ${obstacle}.`)

if (existsSync(out) && readdirSync(out).length > 0) {
  console.error(`error: ${out} is not empty. Remove it, or name another directory with --out.`)
  process.exitCode = 2
} else if (problems.length > 0 && !values['dry-run']) {
  console.error('Add --dry-run to build the files without publishing them.')
  process.exitCode = 2
} else {
  const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? git('log', '-1', '--format=%ct'))
  buildRelease({ root: process.cwd(), out, seconds })
  const top = filesBelow(out).filter((name) => !name.startsWith('action/'))
  console.log([...top, 'action/ (the tree of the tags)'].map((name) => `${values.out}/${name}`).join('\n'))
}
