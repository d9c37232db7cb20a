import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { programDirectory } from '../lab/programs.mjs'
import { timed } from './plan.ts'

const rounds = 21

/**
 * `tortoise render` with a recommendation to lay over, against the bare program: what a plugin adds to a rendering, in
 * milliseconds. The least of several rounds of each: what else the machine does only ever adds. Code is cached between
 * rounds as in the sidecar's image.
 */
export async function renderAgainstBare(): Promise<Readonly<Record<string, number>>> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  const bin = programDirectory('v35')
  const PATH = [bin, process.env['PATH'] ?? ''].join(delimiter)
  const env = { PATH, NODE_COMPILE_CACHE: join(root, 'code') }
  cpSync('plugin/hosts/demo/files/repository', root, { recursive: true })
  const program = join(process.cwd(), 'dist/tortoise.js')
  const ours = (path: string) => () =>
    execFileSync(process.execPath, [program, 'render', path, '--repo', root], { env, stdio: 'pipe' })
  const added = (path: string, name: string, bare: readonly [string, ...string[]]): number => {
    const directory = join(root, path, '.tortoise')
    mkdirSync(directory)
    const values = [{ container: name, field: 'requests.cpu', value: '123m' }]
    const overlay = { version: 1, workload: { kind: 'Deployment', name }, values }
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(overlay))
    const [file, ...args] = bare
    const alone = (): Buffer => execFileSync(join(bin, file), args, { cwd: root })
    const times = Array.from({ length: rounds }, () => ({ with: timed(ours(path)), without: timed(alone) }))
    return Math.round(
      Math.min(...times.map((one) => one.with)) - Math.min(...times.map((one) => one.without)),
    )
  }
  try {
    const kustomizeMs = added('apps/overlays/prod', 'cart', ['kubectl', 'kustomize', 'apps/overlays/prod'])
    const helmMs = added('charts/web', 'web', ['helm', 'template', 'web', 'charts/web'])
    return { rounds, kustomizeMs, helmMs }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
