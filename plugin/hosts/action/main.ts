import { runAction } from './action.ts'

// Deprecations inside libraries say nothing to the user of this program.
Reflect.set(process, 'noDeprecation', true)

await runAction(process.env)
