import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import {
  type ChartRepository,
  type ChartRepositoryOptions,
  helm,
  serveCharts,
} from '../lab/chart-repository.ts'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { programDirectory } from '../lab/programs.mjs'
import { type Registry, startRegistry } from '../lab/registry/server.ts'
import { beginRepository, demoFiles, type Ended, git, tortoise, writeFiles } from './program.ts'

const login = { username: 'ann', password: 'a-password-of-the-lab' }
/** The login as a line of an htpasswd file. */
const htpasswd = 'ann:$2y$05$tortoisetortoisetortouUTYLlq21Rvy5MbNaYqVJIpbL3AxaPku'

/** Servers with the demo's chart in two versions, and a place for repositories that use it. */
export interface ChartsGround {
  readonly directory: string
  readonly http: ChartRepository
  readonly registry: Registry
  /** A real Git server that wants a token. */
  readonly gitServer: GitServer
  /** Publishes a Git repository with one commit, tagged `v1`; gives its files and its URL. */
  readonly publish: (name: string, files: Readonly<Record<string, string>>) => PublishedRepository
  /** The packed chart of a version. */
  readonly archive: (version: string) => string
  readonly close: () => Promise<void>
}

/** A repository of the Git server. */
export interface PublishedRepository {
  readonly root: string
  readonly url: string
  readonly commit: string
}

/** The newest one has sizes of its own. */
const versions = ['0.7.2', '0.8.0', '0.9.0']

/** The values of the demo's storefront. */
export const storefront = (): JsonObject =>
  parse(readFileSync(join(demoFiles, 'repository/envs/prod/storefront.yaml'), 'utf8')) as JsonObject

/** Packs the demo's chart as a version. */
function packChart(directory: string, version: string): void {
  const chart = join(directory, 'chart', 'web')
  rmSync(chart, { recursive: true, force: true })
  cpSync(join(demoFiles, 'repository/charts/web'), chart, { recursive: true })
  const edit = (file: string, from: RegExp, to: string): void => {
    const text = readFileSync(join(chart, file), 'utf8')
    writeFileSync(join(chart, file), text.replace(from, to))
  }
  edit('Chart.yaml', /^version: .*$/m, `version: ${version}`)
  if (version === '0.9.0')
    edit(
      'values.yaml',
      /^resources: \{\}$/m,
      'resources:\n  requests: {cpu: "1", memory: 1Gi}\n  limits: {memory: 1Gi}',
    )
  helm(directory, 'package', 'chart/web', '--destination', 'packed')
}

/** Starts a chart repository with TLS and basic authorization, and a registry with TLS, and publishes the chart. */
export async function startCharts(options: ChartRepositoryOptions = {}): Promise<ChartsGround> {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-charts-'))
  for (const version of versions) packChart(directory, version)
  helm(directory, 'repo', 'index', 'packed')
  const http = await serveCharts(join(directory, 'packed'), { tls: true, login, ...options })
  const registry = await startRegistry(htpasswd)
  for (const version of versions) {
    const to = `oci://${registry.host}/team`
    const flags = ['--ca-file', registry.certificate.caFile]
    const as = ['--username', login.username, '--password', login.password]
    helm(directory, 'push', `packed/web-${version}.tgz`, to, ...flags, ...as)
  }
  // As `helm registry login` writes it.
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  writeFileSync(join(directory, 'registry.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
  const gitServer = await startGitServer(join(directory, 'git'))
  return {
    directory,
    http,
    registry,
    gitServer,
    publish: (name, files) => {
      const root = join(directory, 'published', name)
      writeFiles(root, files)
      beginRepository(root)
      git(root, 'tag', 'v1')
      const bare = join(directory, 'git', `${name}.git`)
      git(directory, 'clone', '--quiet', '--bare', root, bare)
      git(bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
      return { root, url: `${gitServer.url}/${name}.git`, commit: git(root, 'rev-parse', 'HEAD').trim() }
    },
    archive: (version) => join(directory, `packed/web-${version}.tgz`),
    close: async () => {
      await Promise.all([http.close(), registry.close(), gitServer.close()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The files of the demo's chart below a directory. */
export function demoChart(directory: string): Readonly<Record<string, string>> {
  const from = join(demoFiles, 'repository/charts/web')
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(from, name)).isFile())
      .map((name) => [`${directory}/${name}`, readFileSync(join(from, name), 'utf8')]),
  )
}

/** What no output may contain. */
export const secrets = ({ gitServer }: ChartsGround): readonly string[] => [
  login.password,
  gitServer.token,
  Buffer.from(`${login.username}:${login.password}`).toString('base64'),
]

/** The operator settings that allow the servers of a ground. */
export const operatorSettings = (
  { directory, http, registry, gitServer }: ChartsGround,
  charts: object = {},
): JsonObject => ({
  charts: {
    allow: [http.host, `${registry.host}/team`, gitServer.url],
    credentials: [
      {
        host: http.host,
        basic: { username: login.username, passwordEnv: 'CHARTS_PASSWORD' },
        tls: { caFile: http.certificate?.caFile ?? '' },
      },
      {
        host: registry.host,
        registryConfigFile: join(directory, 'registry.json'),
        tls: { caFile: registry.certificate.caFile },
      },
      {
        host: new URL(gitServer.url).host,
        basic: { username: 'x-access-token', passwordEnv: 'SOURCES_TOKEN' },
      },
    ],
    ...charts,
  },
})

/** A checkout with files, and the built program run on it. */
export interface ChartsCheckout {
  readonly root: string
  readonly run: (
    args: readonly string[],
    more?: { readonly operator?: JsonObject; readonly env?: Readonly<Record<string, string>> },
  ) => Promise<Ended>
  readonly read: (file: string) => string
}

/** Makes a checkout on `main` whose settings name `apps/prod`. */
export function checkoutOf(ground: ChartsGround, files: Readonly<Record<string, string>>): ChartsCheckout {
  const home = mkdtempSync(join(ground.directory, 'home-'))
  const root = join(home, 'repository')
  const settings = {
    sources: [{ path: 'apps/prod', cluster: 'prod', namespace: 'shop' }],
    deliver: { mode: 'direct', repositories: ['https://git.example.com/shop/gitops.git'] },
  }
  writeFiles(root, { 'tortoise.yaml': stringify(settings), ...files })
  beginRepository(root)
  return {
    root,
    read: (file) => readFileSync(join(root, file), 'utf8'),
    run: ([command = '', ...args], { operator = operatorSettings(ground), env = {} } = {}) => {
      const file = join(home, 'operator.yaml')
      writeFileSync(file, stringify(operator))
      const given = ['--repo', root, '--operator-settings', file]
      return tortoise([command, ...args, ...given], {
        cwd: root,
        env: {
          PATH: [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter),
          HOME: home,
          ...env,
          CHARTS_PASSWORD: login.password,
          SOURCES_TOKEN: ground.gitServer.token,
        },
      })
    },
  }
}

/** The flags of a run on the demo's recorded usage. */
export const recorded = ['--snapshot', join(demoFiles, 'snapshot.json')] as const

/** What the bare Helm prints for a packed chart and values. */
export function bareTemplate(directory: string, archive: string, values: unknown): readonly JsonObject[] {
  const file = join(mkdtempSync(join(directory, 'bare-')), 'values.yaml')
  writeFileSync(file, JSON.stringify(values ?? {}))
  const args = ['template', 'storefront', archive, '--namespace', 'shop', '--values', file]
  return objectsOf(helm(directory, ...args))
}

/** What the bare kustomize prints for a directory. */
export const bareBuild = (directory: string, ...flags: readonly string[]): readonly JsonObject[] =>
  objectsOf(
    execFileSync(join(programDirectory('v35'), 'kubectl'), ['kustomize', '.', ...flags], {
      cwd: directory,
      encoding: 'utf8',
    }),
  )

const objectsOf = (text: string): readonly JsonObject[] =>
  [parseAllDocuments(text)].flat().flatMap((one) => ('toJS' in one ? [one.toJS() as JsonObject] : []))

/** The values that differ between two renderings, as `path: before → after`. */
export function differences(before: unknown, after: unknown, path = ''): readonly string[] {
  const isBoth = [before, after].every((one) => typeof one === 'object' && one !== null)
  if (!isBoth) return before === after ? [] : [`${path}: ${String(before)} → ${String(after)}`]
  const [one, other] = [before, after] as [object, object]
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return keys.flatMap((key) =>
    differences(one[key as keyof object], other[key as keyof object], path === '' ? key : `${path}.${key}`),
  )
}
