import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { argocdLayouts } from '../lab/argocd-layouts.ts'
import { fluxLayouts } from '../lab/flux-layouts.ts'
import { deployedIn, type PlacedLayout } from '../lab/layout-parts.ts'
import { snapshotOf } from '../lab/layout-snapshot.ts'
import { checkoutWith } from './layout-ground.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-layout-shards-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const { fluxTenants, multiTenancy, regionsWithMaps } = fluxLayouts
const layouts: readonly (readonly [string, PlacedLayout])[] = Object.entries({
  ...argocdLayouts,
  fluxTenants,
  multiTenancy,
  regionsWithMaps,
})
const shards = 3

interface Report {
  readonly changes: readonly unknown[]
  readonly skipped: readonly unknown[]
  readonly proof: { readonly sources: readonly string[] } | null
}

/** A report whose lists without an order of their own are sorted. */
function sorted(text: string): unknown {
  const report = JSON.parse(text) as Report
  const skipped = report.skipped.map((one) => JSON.stringify(one)).sort()
  const proof = report.proof && { ...report.proof, sources: [...report.proof.sources].sort() }
  return { ...report, skipped, proof }
}

describe('repositories with Applications and Flux objects', () => {
  it.each(layouts)('%s: parts of shards are merged to the plan of one job', async (name, layout) => {
    const { files } = layout
    const usage = join(root, `${name}.json`)
    writeFileSync(usage, snapshotOf(deployedIn(layout)))
    const { run } = checkoutWith(files, root)
    expect(await run('init', '--snapshot', usage)).toMatchObject({ status: 0 })
    const plan = (...more: readonly string[]) => run('plan', '--snapshot', usage, '-o', 'json', ...more)
    const whole = await plan()
    expect(whole).toMatchObject({ status: 0 })
    const parts = join(root, `${name}-parts`)
    mkdirSync(parts)
    for (let nth = 1; nth <= shards; nth += 1) {
      const ended = await plan('--shard', `${nth}/${shards}`, '--out', join(parts, `${nth}.json`))
      expect(ended).toMatchObject({ status: 0 })
    }
    const merged = await plan('--merge', parts)
    expect(merged).toMatchObject({ status: 0 })
    expect(sorted(merged.stdout)).toEqual(sorted(whole.stdout))
  })
})
