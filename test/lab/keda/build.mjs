import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

const directory = cacheDirectory('keda-v2.21.0')

/** Path of the built program that runs KEDA's admission and cron scaler. */
export const kedaAdmission = join(directory, 'keda-admission')
/** KEDA's CustomResourceDefinition of ScaledObjects. */
export const scaledObjectDefinition = join(directory, 'scaledobjects.yaml')

const go = (/** @type {readonly string[]} */ args, /** @type {string} */ cwd) =>
  execFileSync('go', args, { cwd, env: { ...process.env, CGO_ENABLED: '0' }, encoding: 'utf8' })

/**
 * Copies a file of KEDA's scalers into a package of its own, since the package that it is in needs the clients of all services that
 * KEDA knows. The clock is the only thing that is replaced.
 *
 * @param {string} from
 * @param {string} to
 */
function copyScaler(from, to) {
  const text = readFileSync(from, 'utf8')
  writeFileSync(to, text.replace(/^package scalers$/m, 'package cron').replaceAll('time.Now()', 'Clock()'))
}

// Run as a program, it builds with Go; a few minutes the first time.
if (process.argv[1] === import.meta.filename && !existsSync(kedaAdmission)) {
  const sources = join(directory, 'sources')
  const cron = join(sources, 'cron')
  mkdirSync(cron, { recursive: true })
  for (const name of ['go.mod', 'go.sum', 'main.go', 'webhook.go'])
    copyFileSync(join(import.meta.dirname, name), join(sources, name))
  go(['mod', 'download', 'github.com/kedacore/keda/v2'], sources)
  const keda = go(['list', '-m', '-f', '{{.Dir}}', 'github.com/kedacore/keda/v2'], sources).trim()
  for (const name of ['cron_scaler.go', 'scaler.go'])
    copyScaler(join(keda, 'pkg/scalers', name), join(cron, name))
  writeFileSync(
    join(cron, 'clock.go'),
    'package cron\n\nimport "time"\n\n// Clock is the time now.\nvar Clock = time.Now\n',
  )
  copyFileSync(join(keda, 'config/crd/bases/keda.sh_scaledobjects.yaml'), scaledObjectDefinition)
  go(['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', kedaAdmission, '.'], sources)
}
