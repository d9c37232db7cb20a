// Builds dist, and says nothing when all is well.
// usage: node build.mjs [DIRECTORY]
import { chmodSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { loadConfig } from 'rolldown/config'

const config = await loadConfig('rolldown.config.ts')
const [given] = process.argv.slice(2)
const directory = resolve(given ?? config.output.dir)
const bundle = await rolldown(config)
try {
  await bundle.write({ ...config.output, dir: directory })
} finally {
  await bundle.close()
}

// npm does this when it installs the package; an image copies the file as it is.
chmodSync(join(directory, 'tortoise.js'), 0o755)

// Help and completion read this table, so that they load no command.
const { describeCommands } = await import(pathToFileURL(join(directory, 'describe-commands.js')).href)
writeFileSync(join(directory, 'commands.json'), `${JSON.stringify(await describeCommands())}\n`)
