import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workflowText } from '../../plugin/hosts/init/workflow-text.ts'
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
const scriptOf = (markdown: string): string =>
  blocksIn(markdown)
    .filter(({ byHand }) => !byHand)
    .map(({ language, text }) => (language === 'sh' ? text : fileOf(text)))
    .join('\n')

function fileOf(text: string): string {
  const [, name = '', content = ''] = /^(?:#|\/\/) (\S+\.(?:ya?ml|json))\n([\s\S]*)$/.exec(text) ?? []
  return name === ''
    ? ''
    : `mkdir -p '${dirname(name)}'; cat > '${name}' <<'END-OF-FILE'\n${content}END-OF-FILE\n`
}

function emptyDirectory(): string {
  const directory = mkdtempSync(join(work, 'page-'))
  for (const name of readdirSync(tarballs)) symlinkSync(join(tarballs, name), join(directory, name))
  return directory
}

/** The project as a clone holds it; what `npm ci` would fetch is linked to. */
function clone(): string {
  const directory = mkdtempSync(join(work, 'clone-'))
  const left = ['.git', 'node_modules', 'dist'].map((name) => join(project, name))
  cpSync(project, directory, { recursive: true, filter: (path) => !left.includes(path) })
  symlinkSync(join(project, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

/** Runs a script where nothing is but the packed tarball, or in a clone; the CLI's page installs the program from it. */
function typed(
  script: string,
  { installed, cwd = emptyDirectory() }: { readonly installed: boolean; readonly cwd?: string },
): Promise<Ended> {
  const prefix = join(cwd, 'global')
  const path = [installed ? bin : join(prefix, 'bin'), dirname(process.execPath), process.env['PATH']]
  const env = {
    PATH: path.join(delimiter),
    HOME: cwd,
    GIT_AUTHOR_NAME: 'Newcomer',
    GIT_AUTHOR_EMAIL: 'newcomer@shop.example',
    GIT_COMMITTER_NAME: 'Newcomer',
    GIT_COMMITTER_EMAIL: 'newcomer@shop.example',
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

describe('the README', () => {
  const page = read(project, 'README.md')

  it('what it says to type works in a fresh clone', { timeout: 900_000 }, async () => {
    const script = scriptOf(page)
    expect(script).toMatch(/^npm ci && npm run demo$/m)
    const cwd = clone()
    const ended = await typed(script.replace('npm ci', 'npm run build'), { installed: false, cwd })
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(ended.stdout).toContain('Proved by rendering')
  })

  it('is short', () => {
    expect(page.split('\n').length).toBeLessThan(170)
  })
})

describe('every quick start', () => {
  it.each(pages)('%s: what it says to type works', { timeout: 900_000 }, async (page) => {
    const ended = await typed(scriptOf(read(directory, page)), { installed: page !== 'cli.md' })
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(ended.stderr).not.toMatch(/EBADENGINE|deprecated/)
  })

  it.each(pages)('%s: has something to type', (page) => {
    const shell = blocksIn(read(directory, page)).filter(({ language }) => language === 'sh')
    expect(shell.some(({ byHand }) => !byHand)).toBe(true)
  })
})

describe('the name of the Action', () => {
  const files = [
    'README.md',
    ...readdirSync(join(project, 'docs'), { recursive: true }).map((name) => `docs/${name}`),
  ]
  const uses = (text: string) => [...text.matchAll(/uses: *(\S*gitops-tortoise\S*)/g)].map(([, name]) => name)

  it('is the same placeholder everywhere, and the page on it says that it is one', () => {
    const texts = files.filter((name) => /\.(md|yml)$/.test(name)).map((name) => read(project, name))
    const names = [...texts, workflowText()].flatMap(uses)
    expect(names.length).toBeGreaterThan(5)
    expect(new Set(names)).toEqual(new Set(['your-org/gitops-tortoise@v0']))
    expect(read(directory, 'action.md')).toMatch(/not published yet[\s\S]*`your-org\/gitops-tortoise`/)
    expect(workflowText()).toMatch(/^# The Action is not published yet/m)
  })
})

describe('what the docs point at', () => {
  const all = [
    'README.md',
    'CONTRIBUTING.md',
    'docs/contributing/add-a-renderer.md',
    'docs/contributing/releases.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'CODE_OF_CONDUCT.md',
    ...readdirSync(join(project, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
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

  it('the placeholder of the owner is in package.json alone', () => {
    const texts = [...all, 'CONTRIBUTING.md'].map((page) => read(project, page)).join('\n')
    expect(texts).not.toContain('github.com/OWNER')
    const manifest = read(project, 'package.json')
    const links = [...manifest.matchAll(/github\.com\/([\w-]+)\/gitops-tortoise/g)].map(([, owner]) => owner)
    expect(links).toHaveLength(3)
    expect(new Set(links).size).toBe(1)
    expect(manifest.match(/\bOWNER\b/g) ?? []).toHaveLength(links[0] === 'OWNER' ? 3 : 0)
  })

  it('decisions are numbered without a gap, and listed', () => {
    const names = readdirSync(join(project, 'docs/decisions')).filter((name) => /^\d/.test(name))
    const list = read(project, 'docs/decisions/README.md')
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1))
    for (const [index, name] of names.entries()) {
      expect(list).toContain(`](${name})`)
      expect(read(project, 'docs/decisions', name)).toMatch(new RegExp(`^# ${index + 1}\\. `))
    }
  })

  it('the plugin page names every parameter that is announced', async () => {
    const repository = join(project, 'plugin/hosts/demo/files/repository')
    const announced = await Promise.all(
      ['charts/web', 'apps/overlays/prod', 'apps'].map(async (path) => {
        const cwd = join(repository, path)
        const { stdout } = await tortoise(['render', '--parameters', cwd], { cwd })
        return (JSON.parse(stdout) as readonly { readonly name: string }[]).map(({ name }) => name)
      }),
    )
    const names = announced.flat()
    const page = read(directory, 'argocd-plugin.md')
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !new RegExp(`^\\| [^|]*\`${name}\``, 'm').test(page))).toEqual([])
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
    // Between the names, the quoted text is in the code.
    const fixed = text
      .split('…')
      .map((part) => part.trim())
      .filter((part) => part.length > 3)
    expect(fixed.length).toBeGreaterThan(0)
    expect(fixed.filter((part) => !sources.includes(part))).toEqual([])
  })
})
