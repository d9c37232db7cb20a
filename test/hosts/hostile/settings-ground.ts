import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { type FakeServer, json, startServer } from '../../unit/observe/fake-server.ts'
import { beginRepository, type Ended, tortoise } from '../program.ts'

/** An attack by the settings of a repository, or by what is around it. */
export interface SettingsAttack {
  /** Files below the directory of the attack: `repository/…`, `outside/…` and `home/…`. */
  readonly files: Readonly<Record<string, string>>
  /** Links by their path, with their targets. */
  readonly links?: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Directories before those of PATH. */
  readonly path?: readonly string[]
  /** What the command says when it stops with 2. Without it, the command must work all the same. */
  readonly stops?: RegExp
  /** What is said on stderr by a command that works. */
  readonly warns?: RegExp
  /** The server may be asked, because the operator names it; it must get no secret. */
  readonly mayAsk?: true
}

/** The value of every secret around an attack. */
export const canary = 'canary-7f3a9c51'

const secrets = {
  GITHUB_TOKEN: canary,
  TORTOISE_GIT_TOKEN: canary,
  AWS_ACCESS_KEY_ID: canary,
  AWS_SECRET_ACCESS_KEY: canary,
  GOOGLE_APPLICATION_CREDENTIALS: `/nowhere/${canary}`,
  DATABASE_PASSWORD: canary,
}

/** A kustomization with a Deployment. */
const app = {
  'repository/app/kustomization.yaml': 'resources: [web.yaml]\n',
  'repository/app/web.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: app, image: x, resources: {requests: {cpu: 500m}}}]}}}\n',
}

/** A program that leaves a mark with its environment. */
export const evil = '#!/bin/sh\nenv > "MARK"\nexit 1\n'

/** What is left of an attack. */
export interface Aftermath extends Ended {
  /** What the program of the attack wrote; `undefined` when it was not run. */
  readonly mark: string | undefined
  readonly asked: FakeServer['seen']
}

/** A place for attacks, with a server on loopback. */
export interface SettingsGround {
  readonly attack: (name: string, attack: SettingsAttack) => Promise<Aftermath>
  readonly close: () => Promise<void>
}

/** Starts the server. It answers like an empty Prometheus. */
export async function openSettingsGround(root: string): Promise<SettingsGround> {
  const nothing = { status: 'success', data: { resultType: 'vector', result: [] } }
  const server = await startServer((_, response) => json(response, 200, nothing))
  let before = 0
  const attack: SettingsGround['attack'] = async (name, { files, links = {}, args, env = {}, path = [] }) => {
    const directory = join(root, name.replaceAll(/\W+/g, '-').slice(0, 60))
    const mark = join(directory, 'mark')
    const filled = (text: string): string =>
      text.replaceAll('SERVER', server.url).replaceAll('HERE', directory).replaceAll('MARK', mark)
    for (const place of ['repository', 'outside', 'home'])
      mkdirSync(join(directory, place), { recursive: true })
    for (const [file, text] of Object.entries({ ...app, ...files })) {
      mkdirSync(dirname(join(directory, file)), { recursive: true })
      writeFileSync(join(directory, file), filled(text), { mode: 0o755 })
    }
    for (const [file, target] of Object.entries(links)) symlinkSync(filled(target), join(directory, file))
    const repository = join(directory, 'repository')
    beginRepository(repository)
    before = server.seen.length
    const given = Object.entries(env).map(([key, value]) => [key, filled(value)] as const)
    const ended = await tortoise(args.map(filled), {
      cwd: repository,
      env: {
        HOME: join(directory, 'home'),
        ...secrets,
        PATH: [...path.map(filled), process.env['PATH'] ?? ''].join(delimiter),
        ...Object.fromEntries(given),
      },
    })
    const left = existsSync(mark) ? readFileSync(mark, 'utf8') : undefined
    return { ...ended, mark: left, asked: server.seen.slice(before) }
  }
  return { attack, close: server.close }
}
