import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Version of the built kustomize. */
export const kustomizeVersion = '5.8.1'
const program = 'sigs.k8s.io/kustomize/kustomize/v5'

/** Path of the built kustomize. */
export const kustomizeProgram = join(cacheDirectory(`kustomize-${kustomizeVersion}`), 'kustomize')

// Run as a program, it builds kustomize with Go; about a minute the first time.
if (process.argv[1] === import.meta.filename && !existsSync(kustomizeProgram)) {
  const flags = `-s -w -X sigs.k8s.io/kustomize/api/provenance.version=v${kustomizeVersion}`
  execFileSync(
    'go',
    ['build', '-p', '2', '-trimpath', `-ldflags=${flags}`, '-o', kustomizeProgram, program],
    {
      cwd: import.meta.dirname,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: 'inherit',
    },
  )
}
