import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** Path of the built server. */
export const cmpServer = join(cacheDirectory('argocd-v3.2.12'), 'argocd-cmp-server')

// Run as a program, it builds the server with Go; a few minutes the first time.
if (process.argv[1] === import.meta.filename && !existsSync(cmpServer)) {
  execFileSync('go', ['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', cmpServer, '.'], {
    cwd: import.meta.dirname,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  })
}
