import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { argocdLayouts as argocd } from '../lab/argocd-layouts.ts'
import { fluxLayouts as flux } from '../lab/flux-layouts.ts'
import { deployedIn, type PlacedLayout } from '../lab/layout-parts.ts'
import { snapshotOf } from '../lab/layout-snapshot.ts'
import type { Files } from '../lab/layouts.ts'
import { namedLayouts as named } from '../lab/named-layouts.ts'
import { plainLayouts as plain } from '../lab/plain-layouts.ts'
import { valueLayouts as values } from '../lab/value-layouts.ts'
import { checkoutWith } from './layout-ground.ts'
import { read, tortoise } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-more-layouts-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A checkout with recorded usage of its clusters beside it. */
function checkoutOf(files: Files, layout: PlacedLayout) {
  const { directory, home, env, run } = checkoutWith(files, root)
  const snapshot = join(home, 'snapshot.json')
  writeFileSync(snapshot, snapshotOf(deployedIn(layout)))
  return {
    directory,
    env,
    run: (...args: readonly string[]) => run(...args, '--snapshot', snapshot),
  }
}

interface Planned {
  readonly changes?: readonly {
    readonly cluster?: string
    readonly workload: { readonly namespace: string; readonly kind: string; readonly name: string }
    readonly field: string
    readonly site: { readonly file: string }
  }[]
}

/** Each field that a plan changes, with its cluster and file; twice where it is planned twice. */
async function changesOf({ run }: ReturnType<typeof checkoutOf>, { runs }: PlacedLayout) {
  const { status, stdout, stderr } = await run('plan', '-o', 'json')
  if (status !== 0) throw new Error(stderr)
  const [only = ''] = Object.keys(runs)
  const { changes = [] } = JSON.parse(stdout) as Planned
  return changes
    .map(({ cluster = only, workload: { namespace, kind, name }, field, site }) =>
      [cluster, `${namespace}/${kind}/${name}`, field, site.file].join(' '),
    )
    .sort()
}

const expectedOf = ({ runs }: PlacedLayout): readonly string[] =>
  Object.entries(runs)
    .flatMap(([cluster, all]) =>
      Object.entries(all).flatMap(([key, file]) =>
        ['requests.cpu', 'requests.memory'].map((field) =>
          [cluster, key.split('/').slice(0, 3).join('/'), field, file].join(' '),
        ),
      ),
    )
    .sort()

const { nothing, umbrellas, ...ofFiles } = plain
const { remoteReleases, ...ofFlux } = flux

describe.each<[string, PlacedLayout]>(
  Object.entries({ ...argocd, ...ofFlux, ...ofFiles, ...named, ...values }),
)('a first plan of %s', (_name, layout) => {
  it('has every workload once, with settings and without', async () => {
    const checkout = checkoutOf(layout.files, layout)
    const expected = expectedOf(layout)
    expect(await changesOf(checkout, layout)).toEqual(expected)
    expect(await checkout.run('init', '--offline')).toMatchObject({ status: 0, stderr: '' })
    expect(read(checkout.directory, 'tortoise.yaml')).not.toContain('correct this')
    expect(await changesOf(checkout, layout)).toEqual(expected)
  })
})

describe.each<[string, PlacedLayout, string]>([
  ['application code alone', nothing, 'Pass the root of a repository with kustomizations'],
  ['umbrella charts of a server', umbrellas, 'Run tortoise init --fetch-charts'],
  ['releases of charts of a server', remoteReleases, 'Run tortoise init --fetch-charts'],
])('%s', (_name, layout, hint) => {
  it.each(['plan', 'init'])('ends with the next step: %s', async (command) => {
    const { run } = checkoutOf(layout.files, layout)
    const { status, stderr } = await run(command, ...(command === 'init' ? ['--offline'] : []))
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(hint) })
  })
})

it.each<[string, PlacedLayout, readonly string[]]>([
  [
    'a generator that only a cluster answers',
    argocd.clustersGenerator,
    ['argocd/appset.yaml', 'its generator clusters is not run', 'With kubernetes: set for its cluster'],
  ],
  [
    'a helmfile with templates',
    plain.helmfile,
    ['helmfile.yaml', '{{ .Environment.Name }}.yaml is a template, which only helmfile evaluates'],
  ],
])('a plan without settings names what it skips: %s', async (_name, layout, parts) => {
  const { stderr } = await checkoutOf(layout.files, layout).run('plan')
  const warning = stderr.split('\n').find((line) => line.startsWith('warning: Skipped: ')) ?? ''
  for (const part of parts) expect(warning).toContain(part)
})

it('init says which clusters only usage can name', async () => {
  const { directory, env } = checkoutOf(argocd.hubAndSpokes.files, argocd.hubAndSpokes)
  const { stdout } = await tortoise(['init', '--offline', '--repo', directory], { env })
  expect(stdout).toContain(
    'root.yaml deploys to https://10.0.1.10:6443, https://10.0.2.10:6443, https://kubernetes.default.svc, and nothing names these clusters. Run tortoise init with --prometheus URL or --snapshot FILE',
  )
})
