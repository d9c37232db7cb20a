import type { SandboxMode } from '../io/sandbox-mode.ts'
import { stop } from '../model/problem.ts'
import type { Environment } from './host.ts'

const modes = ['required', 'preferred', 'off'] as const satisfies readonly SandboxMode[]

/** Returns the sandbox mode that a text names; `undefined` for no text. Throws `usage` for an unknown one; `origin` names its input. */
export function sandboxMode(text: string | undefined, origin: string): SandboxMode | undefined {
  if (text === undefined || text === '') return undefined
  const mode = modes.find((one) => one === text)
  if (mode !== undefined) return mode
  throw stop('usage', `${origin} is ${text}, which is not a sandbox mode`, {
    hint: `Use one of ${modes.join(', ')}.`,
  })
}

/** Returns the sandbox mode in the environment. Throws `usage` for an unknown one. */
export const sandboxFrom = (env: Environment['env']): SandboxMode | undefined =>
  sandboxMode(env['TORTOISE_SANDBOX'], 'TORTOISE_SANDBOX')
