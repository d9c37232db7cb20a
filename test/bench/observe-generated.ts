import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGeneratedPrometheus } from '../lab/generated-prometheus.ts'
import { measured } from './measured.ts'

const workloads = 10_000
const end = Date.UTC(2026, 8, 14) / 1000

/**
 * `tortoise snapshot` of 10,000 workloads (two containers, three pods, two days) through a server that makes up its answers
 * as it streams them: 60,000 series a question. Shows memory, not speed.
 */
export async function observeGenerated(): Promise<Readonly<Record<string, number>>> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  const server = await startGeneratedPrometheus({ workloads, end })
  const settings = join(root, 'tortoise.yaml')
  writeFileSync(settings, 'clusters: [{name: prod}]\nhistory: {days: 2}\n')
  const program = [join(process.cwd(), 'dist/tortoise.js'), 'snapshot', '--repo', root]
  const until = new Date(end * 1000).toISOString()
  const where = ['--settings', settings, '--prometheus', server.url, '--until', until]
  try {
    const { seconds, peakMiB } = await measured(process.execPath, [
      ...program,
      ...where,
      '--out',
      join(root, 'out.json'),
    ])
    const { queries, bytes } = server.seen
    return { workloads, queries, answerMB: Math.round(bytes / 1e6), seconds: Math.round(seconds), peakMiB }
  } finally {
    server.close()
    rmSync(root, { recursive: true, force: true })
  }
}
