import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { giteaDirectory } from './gitea/parts.mjs'

/** A real Gitea with two users: `ada`, who owns the repositories, and `eve`, who has no access. */
export interface GiteaServer {
  readonly url: string
  /** Token of the owner, with all permissions. */
  readonly token: string
  /** Sends a request to its API as the owner, or as another user. */
  readonly ask: (method: string, path: string, body?: unknown, as?: string) => Promise<unknown>
  /** Creates a repository of the owner. `push` pushes a clone's `main` to it. */
  readonly host: (name: string, push: (url: string) => void) => Promise<{ readonly repository: string }>
  readonly close: () => Promise<void>
}

const settings = (home: string, port: number): string => `
APP_NAME = lab
RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = ${home}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = ${giteaDirectory}
[database]
DB_TYPE = sqlite3
PATH = ${join(home, 'gitea.db')}
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2_v1
[service]
DISABLE_REGISTRATION = true
[cron]
ENABLED = false
[log]
MODE = console
LEVEL = Error
`

/** Starts Gitea in a directory, without the caller's Git configuration. */
export async function startGitea(program: string, root: string): Promise<GiteaServer> {
  const [home, port] = [join(root, 'gitea'), await freePort()]
  mkdirSync(home, { recursive: true })
  const config = join(home, 'app.ini')
  writeFileSync(config, settings(home, port))
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    GITEA_WORK_DIR: home,
    USER: process.env['USER'] ?? 'root',
  }
  const run = (...args: string[]): string =>
    execFileSync(program, ['--config', config, ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  run('migrate')
  const person = (name: string, ...more: string[]): string => {
    const said = run(
      ...[
        'admin',
        'user',
        'create',
        '--username',
        name,
        '--password',
        'correct horse',
        '--email',
        `${name}@example.com`,
      ],
      ...[
        '--must-change-password=false',
        '--access-token',
        '--access-token-name',
        'lab',
        '--access-token-scopes',
        'all',
      ],
      ...more,
    )
    return /created\.\.\. (\w+)/.exec(said)?.[1] ?? ''
  }
  const tokens = new Map([
    ['ada', person('ada', '--admin')],
    ['eve', person('eve')],
  ])
  const child = spawn(program, ['--config', config, 'web'], { env, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  const ask: GiteaServer['ask'] = async (method, path, body, as = 'ada') => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `token ${tokens.get(as)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  await soon(() => ask('GET', '/version'))
  const token = tokens.get('ada') ?? ''
  const host: GiteaServer['host'] = async (name, push) => {
    await ask('POST', '/user/repos', { name, default_branch: 'main' })
    push(`http://ada:${token}@127.0.0.1:${port}/ada/${name}.git`)
    // Gitea lists a pushed branch a moment later.
    await soon(() => ask('GET', `/repos/ada/${name}/pulls`))
    return { repository: `ada/${name}` }
  }
  const close = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  return { url, token, ask, host, close }
}

async function soon(asked: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await asked()
      return
    } catch (error) {
      if (tries > 1200) throw error
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
