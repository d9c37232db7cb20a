// Builds dist, and says nothing when all is well.
// usage: node build.mjs [DIRECTORY]
import { rolldown } from 'rolldown'
import { loadConfig } from 'rolldown/config'

const config = await loadConfig('rolldown.config.ts')
const [directory] = process.argv.slice(2)
const bundle = await rolldown(config)
try {
  await bundle.write({ ...config.output, ...(directory && { dir: directory }) })
} finally {
  await bundle.close()
}
