import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cache } from '../cluster/parts.mjs'

/** Where the built server is kept: beside the other parts of the lab, so that clones share it. */
export const cmpServer = join(dirname(cache), 'argocd-v3.2.12/argocd-cmp-server')

// Run as a program, it builds the server with Go; a few minutes the first time.
if (process.argv[1] === import.meta.filename && !existsSync(cmpServer)) {
  execFileSync('go', ['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', cmpServer, '.'], {
    cwd: import.meta.dirname,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  })
}
