import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { actionReference } from './action-doc.ts'
import { chartFiles } from './chart/files.ts'
import { metricsReference } from './metrics-doc.ts'
import { monitoringFiles } from './monitoring/files.ts'
import { schemas } from './schemas.ts'
import { settingsReference } from './settings-doc.ts'

for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(`config/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`)
}
writeFileSync('docs/settings.md', settingsReference())
writeFileSync('docs/metrics.md', metricsReference())
writeFileSync('docs/action.md', actionReference(readFileSync('action.yml', 'utf8')))
for (const [name, text] of Object.entries(chartFiles(readFileSync('package.json', 'utf8'))))
  writeFileSync(`charts/gitops-tortoise/${name}`, text)
for (const [path, text] of Object.entries(monitoringFiles())) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
