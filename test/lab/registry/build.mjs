import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Path of the built registry. */
export const registryProgram = join(cacheDirectory('distribution-v3.1.2'), 'registry')

// Run as a program, it builds the registry with Go; about a minute the first time.
if (process.argv[1] === import.meta.filename && !existsSync(registryProgram)) {
  execFileSync('go', ['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', registryProgram, '.'], {
    cwd: import.meta.dirname,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  })
}
