import { writeFileSync } from 'node:fs'
import { recordDemo } from './record.ts'

/** Writes the demo's snapshot into the checkout that this is run in. */
writeFileSync('plugin/hosts/demo/files/snapshot.json', recordDemo())
