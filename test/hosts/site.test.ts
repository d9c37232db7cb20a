import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeCommands } from '../../plugin/hosts/cli/describe-commands.ts'
import { commandsPage } from '../lab/commands-page.ts'

const docs = join(import.meta.dirname, '../../docs')
const program = join(docs, '.vitepress/node_modules/.bin/vitepress')
const isInstalled = existsSync(program)
if (!isInstalled)
  console.warn('the site is not built: `npm ci --prefix docs/.vitepress` installs what builds it')
const out = mkdtempSync(join(tmpdir(), 'tortoise-site-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

describe('the site', () => {
  it('has a reference of commands that is made from the program', async () => {
    expect(readFileSync(join(docs, 'commands.md'), 'utf8')).toBe(commandsPage(await describeCommands()))
  })

  it('lists every page of the docs', () => {
    const config = readFileSync(join(docs, '.vitepress/config.ts'), 'utf8')
    const { stdout } = spawnSync('git', ['ls-files', '--', '*.md'], { cwd: docs, encoding: 'utf8' })
    const pages = stdout
      .split('\n')
      .filter((file) => file.endsWith('.md') && !/^(examples|decisions\/0|index)/.test(file))
    expect(pages.length).toBeGreaterThan(20)
    expect(pages.filter((file) => !config.includes(`'/${file.replace(/\.md$/, '')}'`))).toEqual([])
  })

  it.skipIf(!isInstalled)(
    'is built without a link that leads nowhere',
    () => {
      const built = spawnSync(program, ['build', docs, '--outDir', out], { encoding: 'utf8' })
      expect(built.stdout + built.stderr).toContain('build complete')
      expect(built.status).toBe(0)
      const page = readFileSync(join(out, 'charts.html'), 'utf8')
      expect(page).toContain('<h1')
      const overview = readFileSync(join(out, 'comparison.html'), 'utf8')
      expect(overview).toMatch(/href="https:\/\/github\.com\/[^"]+\/blob\/main\/test\/quality\/README\.md"/)
    },
    120_000,
  )
})
