import { readFileSync, writeFileSync } from 'node:fs'
import { withAttackTable } from './attack-table.ts'

writeFileSync('docs/safety.md', withAttackTable(readFileSync('docs/safety.md', 'utf8')))
