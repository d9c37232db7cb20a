import { spawn } from 'node:child_process'
import { platformRefusal } from '../../io/platform.ts'
import { terminal } from '../../model/text/terminal.ts'
import { runAction } from './action.ts'
import { runner } from './runner.ts'

// A deprecation inside a library is of no use to the user of this program.
Reflect.set(process, 'noDeprecation', true)

const { env } = process
const proxied = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => env[name])

const refusal = platformRefusal(process.platform)

// Node reads the proxy variables only if NODE_USE_ENV_PROXY is set before it starts.
if (refusal !== undefined) runner.failed(terminal`${refusal}`)
else if (proxied && env['NODE_USE_ENV_PROXY'] === undefined) {
  const options = { env: { ...env, NODE_USE_ENV_PROXY: '1' }, stdio: 'inherit' } as const
  const child = spawn(process.execPath, process.argv.slice(1), options)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  child.on('close', (code) => {
    process.exitCode = code ?? 1
  })
} else {
  await runAction()
}
