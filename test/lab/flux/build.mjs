import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

const cache = cacheDirectory('flux-helm-controller-v1.6.3')

/** The controllers by name: `source`, `kustomize` and `helm`. */
export const controllers = Object.fromEntries(
  ['source', 'kustomize', 'helm'].map((name) => [name, join(cache, `${name}-controller`)]),
)

/** Directory with the definitions of Flux's custom resources. */
export const fluxDefinitions = join(cache, 'crds')

// Run as a program, it builds the controllers with Go; about ten minutes the first time, on two cores.
if (basename(process.argv[1] ?? '') === 'build.mjs') {
  const go = (...args) =>
    execFileSync('nice', ['-n', '15', 'go', ...args], {
      cwd: import.meta.dirname,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    })
  mkdirSync(fluxDefinitions, { recursive: true })
  for (const [name, program] of Object.entries(controllers)) {
    const module = `github.com/fluxcd/${name}-controller`
    if (!existsSync(program)) go('build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', program, module)
    const bases = join(go('list', '-m', '-f', '{{.Dir}}', module).trim(), 'config/crd/bases')
    for (const file of readdirSync(bases)) copyFileSync(join(bases, file), join(fluxDefinitions, file))
  }
}
