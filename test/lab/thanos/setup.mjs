// Builds Thanos from its Go module, for the tests of observing.
// usage: node test/lab/thanos/setup.mjs   (needs Go; 10 minutes on two cores)
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { thanosDirectory, thanosProgram, thanosVersion } from './parts.mjs'

const go = (args, cwd) =>
  execFileSync('nice', ['-n', '15', 'go', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })

/** Go applies `replace` directives of the main module only, so Thanos is built in a copy where it is the main module. */
function build() {
  const source = mkdtempSync(join(tmpdir(), 'thanos-'))
  try {
    const { Dir } = JSON.parse(
      go(['mod', 'download', '-json', `github.com/thanos-io/thanos@${thanosVersion}`], source),
    )
    execFileSync('cp', ['-r', `${Dir}/.`, source])
    execFileSync('chmod', ['-R', 'u+w', source])
    mkdirSync(thanosDirectory, { recursive: true })
    const flags = ['-p', '2', '-trimpath', '-ldflags', '-s -w', '-o', join(thanosDirectory, 'thanos')]
    go(['build', ...flags, './cmd/thanos'], source)
  } finally {
    rmSync(source, { recursive: true, force: true })
  }
}

if (thanosProgram() === undefined) build()
console.log(`Thanos is in ${thanosDirectory}`)
