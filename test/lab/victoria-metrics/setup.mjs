// Builds VictoriaMetrics from its Go module, for the tests of observing.
// usage: node test/lab/victoria-metrics/setup.mjs   (needs Go; 3 minutes on two cores)
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { victoriaDirectory, victoriaProgram, victoriaVersion } from './parts.mjs'

if (victoriaProgram() === undefined) {
  mkdirSync(victoriaDirectory, { recursive: true })
  const module = `github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@${victoriaVersion}`
  const env = { ...process.env, GOBIN: victoriaDirectory }
  const args = ['-n', '15', 'go', 'install', '-trimpath', '-ldflags', '-s -w', module]
  execFileSync('nice', args, { cwd: tmpdir(), env, stdio: ['ignore', 'inherit', 'inherit'] })
}
console.log(`VictoriaMetrics is in ${victoriaDirectory}`)
