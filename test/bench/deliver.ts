import { execFile, execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import nodeHttp from 'isomorphic-git/http/node'
import { gitWriter } from '../../plugin/deliver/git/git-writer.ts'
import { openRemote } from '../../plugin/deliver/git/smart-http.ts'
import { inert } from '../../plugin/model/text/inert.ts'
import { startGitServer } from '../lab/git-server.ts'
import { median } from './plan.ts'

const files = 50_000
const rounds = 5
const edited = 'apps/d007/f0042.yaml'
const text = 'resources:\n  requests:\n    cpu: 500m\n'
const run = promisify(execFile)
const author = { name: 'bench', email: 'bench@example.com' }
const env = {
  ...process.env,
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
}

/** A bare repository of many files, made in one stream. */
function makeRepository(bare: string): void {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare])
  const lines = [
    `commit refs/heads/main\ncommitter bench <bench@example.com> 1700000000 +0000\ndata 5\nstart\n`,
  ]
  for (let nth = 0; nth < files; nth += 1) {
    const path = `apps/d${String(nth % 500).padStart(3, '0')}/f${String(Math.floor(nth / 500)).padStart(4, '0')}.yaml`
    const body = path === edited ? text : `${text}# ${nth}\n`
    lines.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(body)}\n${body}\n`)
  }
  execFileSync('git', ['--git-dir', bare, 'fast-import', '--quiet'], { input: lines.join('') })
}

/** Native git: a file, an index, a tree, a commit, a push; nothing checked out. */
async function native(clone: string, url: string, nth: number): Promise<void> {
  const git = async (...args: string[]) => (await run('git', args, { cwd: clone, env })).stdout.trim()
  const file = join(clone, 'value.yaml')
  fs.writeFileSync(file, text.replace('500m', `${600 + nth}m`))
  const blob = await git('hash-object', '-w', file)
  await git('read-tree', 'HEAD')
  await git('update-index', '--cacheinfo', `100644,${blob},${edited}`)
  const commit = await git('commit-tree', await git('write-tree'), '-p', 'HEAD', '-m', 'by git')
  await git('push', '--quiet', url, `${commit}:refs/heads/native-${nth}`)
}

/** A one-file commit to a repository of 50,000 files over `git http-backend`: ours against native git's. */
export async function deliverAgainstNative(): Promise<Readonly<Record<string, number>>> {
  const root = fs.mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  const [bare, clone] = [join(root, 'big.git'), join(root, 'clone')]
  makeRepository(bare)
  const server = await startGitServer(root)
  execFileSync('git', ['clone', '--quiet', '--no-checkout', '--depth=1', `file://${bare}`, clone])
  const base = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: clone, encoding: 'utf8' }).trim()
  const url = `${server.url}/big.git`
  const login = url.replace('http://', `http://x-access-token:${server.token}@`)
  const ours = async (nth: number): Promise<void> => {
    const wire = openRemote({ url, token: () => server.token }, nodeHttp)
    const repository = { fs, gitdir: join(clone, '.git'), cache: {} }
    const writer = gitWriter(repository, wire, { author, now: new Date(1_700_000_000_000 + nth) })
    const branch = `tortoise/bench-${nth}`
    const from = await writer.head(branch)
    const after = text.replace('500m', `${300 + nth}m`)
    const stored = await writer.writeTree(base, [{ file: edited, before: text, after }])
    const to = await writer.writeCommit(stored, inert`ours`)
    await writer.moveBranch(branch, { from, to, force: true })
  }
  const times: { readonly ours: number; readonly native: number }[] = []
  for (let nth = 0; nth < rounds; nth += 1) {
    const start = performance.now()
    await ours(nth)
    const middle = performance.now()
    await native(clone, login, nth)
    times.push({ ours: middle - start, native: performance.now() - middle })
  }
  await server.close()
  execFileSync('git', ['--git-dir', bare, 'fsck', '--connectivity-only'], { stdio: 'ignore' })
  fs.rmSync(root, { recursive: true, force: true })
  const [oursMs, nativeMs] = [median(times.map((one) => one.ours)), median(times.map((one) => one.native))]
  return {
    files,
    rounds,
    oursMs: Math.round(oursMs),
    nativeMs: Math.round(nativeMs),
    ratio: Math.round((oursMs / nativeMs) * 100) / 100,
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}
