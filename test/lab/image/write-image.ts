import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { programDirectory } from '../programs.mjs'
import { assembleImage } from './assemble.ts'
import { readDockerfile } from './dockerfile.ts'

// usage: npm run lab:image -- DIR: makes the root file system of the image in DIR, from the built checkout, without Docker.
const [directory] = process.argv.slice(2)
if (directory === undefined || (existsSync(directory) && readdirSync(directory).length > 0)) {
  console.error('Name an empty directory: npm run lab:image -- DIR')
  process.exitCode = 2
} else {
  const recipe = readDockerfile(readFileSync('config/deploy/Dockerfile', 'utf8'))
  const root = resolve(directory)
  const said = execFileSync(process.execPath, ['test/lab/node24.mjs'], { encoding: 'utf8' })
  const node = said.trim().replace('Node 24 is ', '')
  assembleImage({ recipe, context: process.cwd(), programs: [programDirectory('v35')], node }, root)
  console.log(
    `Run it: bwrap --ro-bind ${root} / --proc /proc --dev /dev --tmpfs /tmp --uid 1000 --unshare-all tortoise --version`,
  )
}
