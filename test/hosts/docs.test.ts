import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, program, read, tortoise } from './program.ts'

const project = join(import.meta.dirname, '../..')
const directory = join(project, 'docs/start')
const pages = readdirSync(directory).filter((name) => name.endsWith('.md'))
const work = mkdtempSync(join(tmpdir(), 'tortoise-docs-'))
const bin = join(work, 'bin')
const tarballs = join(work, 'tarballs')

beforeAll(() => {
  mkdirSync(bin)
  mkdirSync(tarballs)
  chmodSync(program, 0o755)
  symlinkSync(program, join(bin, 'tortoise'))
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', tarballs], {
    cwd: project,
  })
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Block {
  readonly language: string
  readonly text: string
  readonly byHand: boolean
}

const blocksIn = (markdown: string): readonly Block[] =>
  [...markdown.matchAll(/^(<!-- by hand: .+ -->\n)?```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, mark, language = '', text = '']) => ({ language, text, byHand: mark !== undefined }),
  )

/** A page as a script: what it says to type, and the files that it shows with their names in the first line. */
const scriptOf = (page: string): string =>
  blocksIn(read(directory, page))
    .filter(({ byHand }) => !byHand)
    .map(({ language, text }) => (language === 'sh' ? text : fileOf(text)))
    .join('\n')

function fileOf(text: string): string {
  const [, name = '', content = ''] = /^(?:#|\/\/) (\S+\.(?:ya?ml|json))\n([\s\S]*)$/.exec(text) ?? []
  return name === ''
    ? ''
    : `mkdir -p '${dirname(name)}'; cat > '${name}' <<'END-OF-FILE'\n${content}END-OF-FILE\n`
}

/** Runs a script where nothing is but the packed tarball; the CLI's page installs the program from it. */
function typed(script: string, installed: boolean): Promise<Ended> {
  const cwd = mkdtempSync(join(work, 'page-'))
  for (const name of readdirSync(tarballs)) symlinkSync(join(tarballs, name), join(cwd, name))
  const prefix = join(cwd, 'global')
  const path = [installed ? bin : join(prefix, 'bin'), dirname(process.execPath), process.env['PATH']]
  const env = {
    PATH: path.join(delimiter),
    HOME: cwd,
    npm_config_prefix: prefix,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, env })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (text) => (output.stdout += text))
    child.stderr.on('data', (text) => (output.stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...output }))
  })
}

describe('every quick start', () => {
  it.each(pages)('%s: what it says to type works', { timeout: 300_000 }, async (page) => {
    const ended = await typed(scriptOf(page), page !== 'cli.md')
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(ended.stderr).not.toMatch(/EBADENGINE|deprecated/)
  })

  it.each(pages)('%s: has something to type', (page) => {
    const shell = blocksIn(read(directory, page)).filter(({ language }) => language === 'sh')
    expect(shell.some(({ byHand }) => !byHand)).toBe(true)
  })
})

describe('what the docs point at', () => {
  const all = [
    'README.md',
    ...readdirSync(join(project, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    ...pages.map((name) => `docs/start/${name}`),
  ]
  it.each(all)('%s: every link to a file leads to one', (page) => {
    const links = [...read(project, page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      ([, link = '']) => link,
    )
    const broken = links.filter((link) => !existsSync(join(project, dirname(page), link)))
    expect(broken).toEqual([])
  })

  it('the plugin page names every parameter that is announced', async () => {
    const chart = join(project, 'plugin/hosts/demo/files/repository/charts/web')
    const { stdout } = await tortoise(['render', '--parameters', chart], { cwd: chart })
    const names = (JSON.parse(stdout) as readonly { readonly name: string }[]).map(({ name }) => name)
    const page = read(directory, 'argocd-plugin.md')
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([])
  })
})

describe('troubleshooting', () => {
  const quoted = [...read(project, 'docs/troubleshooting.md').matchAll(/^### `(.+)`$/gm)].map(
    ([, text = '']) => text,
  )
  const sources = ['plugin', 'renderers', 'config']
    .flatMap((room) =>
      readdirSync(join(project, room), { recursive: true }).map((name) => join(room, String(name))),
    )
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(project, name))
    .join('\n')

  it.each(quoted)('%s: is what the program says', (text) => {
    // Between the names, what is quoted stands in the code.
    const fixed = text
      .split('…')
      .map((part) => part.trim())
      .filter((part) => part.length > 3)
    expect(fixed.length).toBeGreaterThan(0)
    expect(fixed.filter((part) => !sources.includes(part))).toEqual([])
  })
})
