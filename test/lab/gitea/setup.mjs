// Builds Gitea from its Go module, for the tests of delivery.
// usage: node test/lab/gitea/setup.mjs   (needs Go and a C compiler; 15 minutes on two cores)
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { giteaDirectory, giteaProgram, giteaVersion } from './parts.mjs'

const go = (args, cwd) =>
  execFileSync('nice', ['-n', '15', 'go', ...args], {
    cwd,
    env: { ...process.env, CGO_ENABLED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })

/** Go applies `replace` directives of the main module only, so Gitea is built in a copy where it is the main module. */
function build() {
  const source = mkdtempSync(join(tmpdir(), 'gitea-'))
  try {
    const { Dir } = JSON.parse(
      go(['mod', 'download', '-json', `code.gitea.io/gitea@${giteaVersion}`], source),
    )
    execFileSync('cp', ['-r', `${Dir}/.`, source])
    execFileSync('chmod', ['-R', 'u+w', source])
    mkdirSync(giteaDirectory, { recursive: true })
    for (const files of ['options', 'templates', 'public'])
      cpSync(join(source, files), join(giteaDirectory, files), { recursive: true })
    const flags = ['-p', '2', '-trimpath', '-tags', 'sqlite sqlite_unlock_notify', '-ldflags', '-s -w']
    go(['build', ...flags, '-o', join(giteaDirectory, 'gitea.part'), '.'], source)
    renameSync(join(giteaDirectory, 'gitea.part'), join(giteaDirectory, 'gitea'))
  } finally {
    rmSync(source, { recursive: true, force: true })
  }
}

if (giteaProgram() === undefined) build()
console.log(`Gitea is in ${giteaDirectory}`)
