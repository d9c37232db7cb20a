import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openFleetMetrics } from '../../../../plugin/hosts/daemon/fleet-metrics.ts'
import { createMetrics } from '../../../../plugin/hosts/daemon/metrics.ts'
import { recordResult, showSuccesses } from '../../../../plugin/hosts/daemon/record-run.ts'
import { openSuccesses } from '../../../../plugin/hosts/daemon/successes.ts'

const state = mkdtempSync(join(tmpdir(), 'tortoise-successes-'))
afterAll(() => rmSync(state, { recursive: true, force: true }))

/** What a daemon records with, as it starts with what the state directory has. */
function daemon() {
  const metrics = createMetrics()
  const [fleet, successes] = [openFleetMetrics(metrics), openSuccesses(state)]
  return { metrics, fleet, successes, log: () => undefined, origins: new Map() }
}

const target = (name: string) => ({ url: `https://git.example.com/${name}.git`, branch: 'main' })
const done = (name: string) => ({ target: target(name), skipped: 'it has no settings' })
const failed = (name: string) => ({
  target: target(name),
  problems: [{ code: 'git.moved' as const, message: 'the server refused' }],
})
type Repository = ReturnType<typeof done> | ReturnType<typeof failed>

function run(ports: ReturnType<typeof daemon>, at: number, ...repositories: readonly Repository[]) {
  const ended = { schedule: 'all', isWhole: true, seconds: 1, at: at * 1000 }
  recordResult(ports, ended, { repositories: { repositories, skipped: [], unread: [] } })
}

/** The times of the last successes by repository. */
async function shown({ metrics }: Pick<ReturnType<typeof daemon>, 'metrics'>) {
  const text = (await metrics.text()).toString()
  const found = text.matchAll(/^tortoise_last_success_timestamp_seconds\{.*\/(\w+)\.git".*\} (\d+)$/gm)
  return Object.fromEntries([...found].map(([, name = '', at]) => [name, Number(at)]))
}

describe('the time of the last success', () => {
  it('stays while a repository fails, goes with the repository, and is kept over a restart', async () => {
    const first = daemon()
    run(first, 100, done('a'), done('b'), done('c'))
    run(first, 200, done('a'), failed('b'))
    expect(await shown(first)).toEqual({ a: 200, b: 100 })
    const second = daemon()
    showSuccesses(second, 'all')
    expect(await shown(second)).toEqual({ a: 200, b: 100 })
    run(second, 300, failed('a'), failed('b'), failed('new'))
    expect(await shown(second)).toEqual({ a: 200, b: 100 })
    run(second, 400, done('a'))
    expect(await shown(second)).toEqual({ a: 400 })
    expect(openSuccesses(state).of('other')).toEqual([])
  })

  it('is missing where the file of the state directory cannot be read', () => {
    writeFileSync(join(state, 'successes.json'), '[{"labels":1}]')
    expect(openSuccesses(state).of('all')).toEqual([])
  })
})
