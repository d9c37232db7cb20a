import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checksums, copyFiles, filesBelow, settle } from './files.ts'
import { buildImages } from './images.ts'

/** What a release is built from, and where to. */
export interface ReleaseRequest {
  /** The checkout. */
  readonly root: string
  /** A directory that does not exist or is empty. */
  readonly out: string
  /** The time of every file in the archives, in seconds since 1970. */
  readonly seconds: number
}

/**
 * Builds everything that a release publishes: `npm/` and `chart/` with one archive each, `action/` with the tree that the
 * tags point at, `images/` with what the images have above their bases, the bill of materials and `SHA256SUMS`. Two builds of
 * one commit are equal byte for byte.
 */
export function buildRelease({ root, out, seconds }: ReleaseRequest): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  const stage = mkdtempSync(join(tmpdir(), 'tortoise-release-'))
  try {
    for (const name of ['npm', 'chart', 'action']) mkdirSync(join(out, name), { recursive: true })
    const tree = packageTree(root, stage)
    settle(tree, seconds)
    npm(tree, 'pack', '--ignore-scripts', '--silent', '--pack-destination', join(out, 'npm'))
    copyFiles(filesBelow(tree), tree, join(out, 'action'))
    settle(join(out, 'action'), seconds)
    copyFileSync(join(tree, 'dist/sbom.cdx.json'), join(out, `gitops-tortoise-${version}.cdx.json`))
    buildImages({ tree, out: join(out, 'images'), version, seconds })
    packChart({ root, out: join(out, 'chart'), seconds }, stage)
    writeFileSync(join(out, 'SHA256SUMS'), checksums(out))
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/** The content of the npm package, with a bundle of its own, so that `dist/` of the checkout is not touched. */
function packageTree(root: string, stage: string): string {
  const tree = join(stage, 'package')
  const listed = JSON.parse(npm(root, 'pack', '--dry-run', '--json', '--ignore-scripts')) as readonly [
    { readonly files: readonly { readonly path: string }[] },
  ]
  const names = listed[0].files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'))
  copyFiles(names, root, tree)
  execFileSync(process.execPath, ['build.mjs', join(tree, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return tree
}

/** Packs the chart of the checkout with Helm, which takes the times of the files. `stage` is an empty directory for copies. */
export function packChart({ root, out, seconds }: ReleaseRequest, stage: string): void {
  const name = 'gitops-tortoise'
  const source = join(root, 'charts', name)
  copyFiles(filesBelow(source), source, join(stage, 'charts', name))
  settle(join(stage, 'charts'), seconds)
  const env = { ...process.env, HOME: stage, SOURCE_DATE_EPOCH: String(seconds) }
  const helm = (...args: readonly string[]): string =>
    execFileSync('helm', args, { cwd: stage, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  helm('lint', '--quiet', join('charts', name))
  helm('package', join('charts', name), '--destination', out)
  const [archive = ''] = filesBelow(out)
  // The archive of npm has the same name, and both are files of one release.
  renameSync(join(out, archive), join(out, archive.replace(name, `${name}-chart`)))
}

const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
