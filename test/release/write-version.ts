import { readFileSync, writeFileSync } from 'node:fs'
import { filesWithVersion, withVersion } from './version-texts.ts'

// usage: npm run release:version — writes the version of package.json into the other files that name it.
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
for (const file of filesWithVersion) writeFileSync(file, withVersion(readFileSync(file, 'utf8'), version))
