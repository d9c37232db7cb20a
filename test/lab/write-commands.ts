import { writeFileSync } from 'node:fs'
import { describeCommands } from '../../plugin/hosts/cli/describe-commands.ts'
import { commandsPage } from './commands-page.ts'

writeFileSync('docs/commands.md', commandsPage(await describeCommands()))
